"""The voxels of the nodules as a Segmentation (PS3.3 A.51), in the frame of the images."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.color import CIELabColor
from highdicom.seg import (
    SegmentAlgorithmTypeValues,
    Segmentation,
    SegmentationTypeValues,
    SegmentDescription,
)
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.sr.codedict import codes

from routing.results.masks import mask_of
from routing.results.material import Material
from routing.results.objects import (
    CONTENT_LABEL,
    MANUFACTURER,
    MARK_COLOR,
    SERIES_DESCRIPTIONS,
    InheritedAsBytes,
    ObjectKind,
    identity,
    stamp,
)
from routing.results.source import read_image
from wetread import __version__
from wetread.domain.findings import Nodule
from wetread.domain.masks import NoduleMask
from wetread.domain.studies import StoredInstance
from wetread.domain.uids import derive_uid

_KIND: Final = ObjectKind.SEGMENTATION
_ALGORITHM: Final = "Wetread nodule outline"


class _Segmentation(InheritedAsBytes, Segmentation):
    pass


def encode_segmentation(material: Material) -> tuple[Dataset, ...]:
    """Return one binary segment for each nodule whose voxels are known; none without any.

    A nodule that was found only at the place of a prior's has none. A voxel that two nodules
    share belongs to the one marked first, whose score is higher.
    """
    outlined = _outlined(material)
    if not outlined:
        return ()
    taken = {uid for _, mask in outlined for uid in mask.sop_instance_uids}
    instances = material.source.instances
    spacing_mm = outlined[0][1].spacing_zyx_mm[0]
    images = [_slice(instance, spacing_mm) for uid, instance in instances.items() if uid in taken]
    nodules, labels = _label(outlined, images)
    segmentation = _Segmentation(
        source_images=images,
        pixel_array=labels,
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[
            _description(number, nodule) for number, nodule in enumerate(nodules, start=1)
        ],
        content_label=CONTENT_LABEL,
        content_description=SERIES_DESCRIPTIONS[_KIND],
        **identity(_KIND, material.findings),
    )
    _derive_dimension_uid(segmentation)
    segmentation.BodyPartExamined = "CHEST"  # without it the standard asks for a laterality
    stamp(segmentation, material.encoded_at)
    return (segmentation,)


def _outlined(material: Material) -> list[tuple[Nodule, NoduleMask]]:
    found = ((nodule, mask_of(nodule, material.masks)) for nodule in material.findings.nodules)
    return [
        (nodule, mask)
        for nodule, mask in found
        if mask is not None and material.source.instances.keys() >= set(mask.sop_instance_uids)
    ]


def _label(
    outlined: Sequence[tuple[Nodule, NoduleMask]], images: Sequence[Dataset]
) -> tuple[list[Nodule], NDArray[np.uint16]]:
    """Return (images, rows, columns) with the number of the segment at each voxel, 0 for none.

    Not a mask for each segment: a study with many nodules would take gigabytes.
    """
    labels = np.zeros((len(images), images[0].Rows, images[0].Columns), dtype=np.uint16)
    place = {str(image.SOPInstanceUID): index for index, image in enumerate(images)}
    nodules: list[Nodule] = []
    for nodule, mask in outlined:
        inside = np.argwhere(mask.voxels)
        at = (
            np.asarray([place[uid] for uid in mask.sop_instance_uids])[inside[:, 0]],
            inside[:, 1] + mask.first_row,
            inside[:, 2] + mask.first_column,
        )
        free = labels[at] == 0
        if free.any():
            nodules.append(nodule)
            labels[at] = np.where(free, len(nodules), labels[at])
    return nodules, labels


def _description(number: int, nodule: Nodule) -> SegmentDescription:
    return SegmentDescription(
        segment_number=number,
        segment_label=nodule.tracking_id,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Nodule,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=AlgorithmIdentificationSequence(
            name=_ALGORITHM,
            family=codes.DCM.ArtificialIntelligence,
            version=__version__,
            source=MANUFACTURER,
        ),
        tracking_uid=nodule.tracking_uid,
        tracking_id=nodule.tracking_id,
        anatomic_regions=[codes.SCT.Lung],
        display_color=CIELabColor(*MARK_COLOR),
    )


def _slice(instance: StoredInstance, spacing_mm: float) -> Dataset:
    """Return an image with the distances of its volume: its header may not tell them."""
    image = read_image(instance)
    image.SliceThickness = image.get("SliceThickness") or spacing_mm
    image.SpacingBetweenSlices = spacing_mm
    return image


def _derive_dimension_uid(segmentation: Dataset) -> None:
    """Give the dimensions a UID that is the same the next time: highdicom's is random."""
    uid = derive_uid("dimensions", segmentation.SOPInstanceUID)
    sequences = segmentation.DimensionOrganizationSequence, segmentation.DimensionIndexSequence
    for item in chain.from_iterable(sequences):
        item.DimensionOrganizationUID = uid
