"""One hospital, the service and its PACS, where nobody else listens: DCMTK sends, Orthanc receives.

Sends each folder as soon as the results of the one before have arrived, and leaves in FOLDER what
Orthanc holds then. Writes to standard output what the service says of each study.

Usage: python -m tests.acceptance.hospital_day STORESCU ORTHANC FOLDER STUDY…
"""

import json
import sys
from pathlib import Path

from pydicom import dcmread

from tests.acceptance.peers import storescu
from tests.acceptance.running import PACS_AE_TITLE, Site, serving, wait_for
from tests.support.orthanc import running_orthanc

QUIET_SECONDS = "600"  # the hospital says itself when a study is complete


def main() -> None:
    """Play the day."""
    program, orthanc_program, folder, *studies = sys.argv[1:]
    said = []
    with running_orthanc(
        orthanc_program, Path(folder) / "orthanc", ae_title=PACS_AE_TITLE
    ) as orthanc:
        site = Site(folder=Path(folder), pacs_port=orthanc.dicom_port)
        with serving(site, WETREAD_INTAKE__QUIET_SECONDS=QUIET_SECONDS) as service:
            for study in studies:
                sent = storescu(program, site.dicom_port, Path(study))
                assert sent.returncode == 0, sent.stdout.decode(errors="replace")
                uid = dcmread(next(Path(study).iterdir()), stop_before_pixels=True).StudyInstanceUID
                wait_for(lambda uid=uid: service.study(uid))
                assert service.reading_item(uid) is None, "it is not complete yet"
                service.post(f"/api/studies/{uid}/complete").raise_for_status()
                wait_for(lambda uid=uid: service.reading_item(uid))
                delivered = service.await_study(uid)
                said.append({"study": delivered, "findings": service.findings(uid)})
        kept = Path(folder) / "pacs"
        kept.mkdir()
        for name in orthanc.instances():
            (kept / f"{name}.dcm").write_bytes(orthanc.get(f"/instances/{name}/file"))
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
