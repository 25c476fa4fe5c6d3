"""A hospital's service beside an archive that holds the prior; run inside `private_network`.

Usage: python -m tests.acceptance.prior_elsewhere ORTHANC FOLDER KIND PRIOR_DIR CURRENT_DIR [PLUGIN]
"""

import json
import sys
from pathlib import Path

from pydicom import dcmread

from tests.acceptance.peers import RecordingPacs, listening, send
from tests.acceptance.running import AE_TITLE, HOSPITAL, SCANNER, Site, serving
from tests.support.archive_trial import ARCHIVE_AE, fill, orthanc


def main() -> None:
    """Print what became of the current study and of its prior."""
    program, folder_name, kind, prior_dir, current_dir, *plugins = sys.argv[1:]
    folder = Path(folder_name)
    prior, current = (
        [dcmread(path) for path in sorted(Path(one).iterdir())] for one in (prior_dir, current_dir)
    )
    prior_uid, current_uid = prior[0].StudyInstanceUID, current[0].StudyInstanceUID
    site = Site(folder=folder / "site")
    with orthanc(program, folder / "archive", plugins, site.dicom_port) as ports:
        fill(ports, folder, prior)
        where = (
            {"url": f"http://127.0.0.1:{ports.http}/dicom-web"}
            if kind == "dicomweb"
            else {"host": "127.0.0.1", "port": ports.dicom, "ae_title": ARCHIVE_AE}
        )
        archive = {
            "name": "other hospital",
            "kind": kind,
            "issuers": [current[0].IssuerOfPatientID],
            **where,
        }
        senders = [{"ae_title": one, "site": HOSPITAL} for one in (SCANNER, ARCHIVE_AE)]
        settings = {
            "WETREAD_ARCHIVES": json.dumps([archive]),
            "WETREAD_INTAKE__SENDERS": json.dumps(senders),
            "WETREAD_INTAKE__AE_TITLE": AE_TITLE,
        }
        with listening(RecordingPacs(), site.pacs_port):
            with serving(
                site, **settings, WETREAD_PIPELINE__FAULT="kill:after:fetch_priors"
            ) as service:
                send(site, current)
                killed = service.await_death()
            with serving(site, **settings) as service:
                study = service.await_study(current_uid)
                told = {
                    "killed": killed,
                    "study": study,
                    "findings": service.findings(current_uid),
                    "prior": service.study(prior_uid),
                    "prior_page": service.get(f"/studies/{prior_uid}", lang="en").text,
                    "reading": service.get("/api/reading-list").json()["total"],
                }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
