"""Where a place on an image lies in the patient, from the image's header."""

from collections.abc import Iterable

import numpy as np
from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from wetread.domain.geometry import Point, as_point
from wetread.domain.studies import StoredInstance

_KEYWORDS = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")


class ImagePlaces:
    """The images of one study; headers are read as they are asked for."""

    def __init__(self, instances: Iterable[StoredInstance]) -> None:
        self._paths = {instance.sop_instance_uid: instance.path for instance in instances}

    def locate(self, sop_instance_uid: str, column: float, row: float) -> Point | None:
        """Return a place in LPS mm; None where the image or its geometry is not known.

        The top-left corner of the first pixel is (0, 0) (PS3.3 C.10.5.1.2); the image position is
        that pixel's centre (C.7.6.2.1.1).
        """
        path = self._paths.get(sop_instance_uid)
        if path is None:
            return None
        try:
            header = dcmread(path, stop_before_pixels=True, specific_tags=list(_KEYWORDS))
            position, cosines, spacing = (
                np.asarray([float(value) for value in header[keyword].value])
                for keyword in _KEYWORDS
            )
            along_row, down_column = cosines.reshape(2, 3)
            row_spacing, column_spacing = spacing  # between rows, then between columns
        except (InvalidDicomError, KeyError, TypeError, ValueError):
            return None
        return as_point(
            position
            + along_row * column_spacing * (column - 0.5)
            + down_column * row_spacing * (row - 0.5)
        )
