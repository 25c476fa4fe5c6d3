"""Series that other programs compressed read back as the source they were made from."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames

from inference.phantom.ct_series import PixelForm, write_ct_series
from inference.volumes.pixels import AIR_HU
from inference.volumes.reader import SeriesReader
from tests.support.volumes import IDENTITY, grid, hu_of
from wetread.domain.errors import UnreadableInstance
from wetread.domain.studies import StoredInstance

FindProgram = Callable[[str], str]


@dataclass(frozen=True)
class Codec:
    program: str
    options: tuple[str, ...]
    transfer_syntax_uid: str


ENCAPSULATED = [
    Codec("dcmcrle", (), "1.2.840.10008.1.2.5"),
    Codec("dcmcjpeg", ("--encode-lossless-sv1",), "1.2.840.10008.1.2.4.70"),
    Codec("dcmcjpeg", ("--encode-lossless",), "1.2.840.10008.1.2.4.57"),
    Codec("dcmcjpls", (), "1.2.840.10008.1.2.4.80"),
    Codec("gdcmconv", ("--j2k",), "1.2.840.10008.1.2.4.90"),
]
DEFLATED = Codec("dcmconv", ("--write-xfer-deflated",), "1.2.840.10008.1.2.1.99")
FORMS = [
    PixelForm(),
    PixelForm(signed=True, bits_stored=16, intercept=0, padding=-2000),
    PixelForm(bits_stored=16, slopes=(0.25, 0.5), intercept=-1100),
]


def with_each(codecs: list[Codec]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "codec",
        [
            pytest.param(
                codec,
                marks=pytest.mark.peer(codec.program),
                id=" ".join((codec.program, *codec.options)),
            )
            for codec in codecs
        ],
    )


def compressed(
    instances: tuple[StoredInstance, ...], codec: Codec, program: str, folder: Path
) -> list[StoredInstance]:
    folder.mkdir()
    copies = []
    for instance in instances:
        path = folder / instance.path.name
        subprocess.run([program, *codec.options, instance.path, path], check=True, timeout=30)
        assert pydicom.dcmread(path).file_meta.TransferSyntaxUID == codec.transfer_syntax_uid
        copies.append(replace(instance, path=path))
    return copies


@with_each([*ENCAPSULATED, DEFLATED])
@pytest.mark.parametrize("form", FORMS, ids=["unsigned", "signed and padded", "slopes"])
def test_a_compressed_series_reads_as_its_source(
    tmp_path: Path, require_program: FindProgram, codec: Codec, form: PixelForm
) -> None:
    program = require_program(codec.program)
    geometry = grid(shape=(4, 33, 40))
    instances = write_ct_series(hu_of(geometry), geometry, IDENTITY, tmp_path / "raw", form=form)
    plain = SeriesReader().read(instances)
    squeezed = SeriesReader().read(compressed(instances, codec, program, tmp_path / "small"))
    np.testing.assert_array_equal(squeezed.hu, plain.hu)
    assert squeezed.geometry == plain.geometry
    assert (plain.hu[:, 0, 0] == AIR_HU).all() == (form.padding is not None)


@with_each(ENCAPSULATED)
def test_a_compressed_slice_cut_short_is_unreadable(
    tmp_path: Path, require_program: FindProgram, codec: Codec
) -> None:
    program = require_program(codec.program)
    geometry = grid(shape=(4, 33, 40))
    instances = write_ct_series(hu_of(geometry), geometry, IDENTITY, tmp_path / "raw")
    squeezed = compressed(instances, codec, program, tmp_path / "small")
    ds = pydicom.dcmread(squeezed[2].path)
    frame = next(generate_frames(ds.PixelData, number_of_frames=1))
    ds.PixelData = encapsulate([frame[: len(frame) // 4 * 2]])
    ds.save_as(squeezed[2].path)
    with pytest.raises(UnreadableInstance, match=r"0003\.dcm does not decode"):
        SeriesReader().read(squeezed)
