"""The marked images as a Key Object Selection (PS3.16 TID 2010), for viewers that show no more."""

from typing import Final

from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from pydicom import Dataset
from pydicom.sr.codedict import codes

from routing.results.content_items import remove_image_names
from routing.results.material import Material
from routing.results.objects import InheritedAsBytes, ObjectKind, identity, stamp
from routing.results.report_header import device
from routing.results.summary import RESEARCH_USE, nodule_lines, summary_lines
from wetread.domain.findings import Findings

_KIND: Final = ObjectKind.KEY_OBJECTS


class _Selection(InheritedAsBytes, KeyObjectSelectionDocument):
    pass


def encode_key_objects(material: Material) -> tuple[Dataset, ...]:
    """Return the selection of the marked images, and in words what is marked on them.

    Without marks the central image stands for a study that was not wholly analysed, so that its
    words reach the reader; nothing is selected from a negative one, or where no image can be shown.
    """
    findings, images = material.findings, tuple(material.source.images.values())
    if findings.is_negative or not images:
        return ()
    selection = _Selection(
        evidence=images,
        content=KeyObjectSelection(
            document_title=codes.DCM.OfInterest,
            referenced_objects=images,
            observer_device_context=device(findings),
            description=_description(findings),
        ),
        **identity(_KIND, findings),
    )
    remove_image_names(selection)
    stamp(selection, material.encoded_at)
    return (selection,)


def _description(findings: Findings) -> str:
    nodules = ("; ".join(nodule_lines(nodule)) for nodule in findings.nodules)
    return "\n".join((*summary_lines(findings), *nodules, RESEARCH_USE.english))
