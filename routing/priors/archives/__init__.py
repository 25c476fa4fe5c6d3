"""Archives that hold earlier studies, one file for each way of asking them."""

from routing.priors.archives.c_get import CGetArchive
from routing.priors.archives.c_move import CMoveArchive
from routing.priors.archives.dicomweb import DicomWebArchive

__all__ = ["CGetArchive", "CMoveArchive", "DicomWebArchive"]
