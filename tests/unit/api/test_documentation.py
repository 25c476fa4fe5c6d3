"""The OpenAPI document: every route, with examples that its own schemas accept."""

import jsonschema

from tests.support.api import Hospital


def test_every_example_fits_its_schema(hospital: Hospital) -> None:
    document = hospital.client().get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    checked = 0
    for name, schema in schemas.items():
        for example in schema.get("examples", ()):
            jsonschema.validate(
                example,
                {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}},
            )
            checked += 1
    for methods in document["paths"].values():
        for operation in methods.values():
            for medium in operation["responses"].get("200", {}).get("content", {}).values():
                if "example" in medium:
                    jsonschema.validate(
                        medium["example"],
                        {**medium["schema"], "components": {"schemas": schemas}},
                    )
                    checked += 1
    assert checked >= 12


ROUTES = (
    "/api/studies",
    "/api/studies/{study_uid}",
    "/api/studies/{study_uid}/findings",
    "/api/studies/{study_uid}/complete",
    "/api/studies/{study_uid}/expected-instances",
    "/api/studies/{study_uid}/analyse-now",
    "/api/studies/{study_uid}/redeliver",
    "/api/reading-list",
    "/api/reading-list/requests/{study_uid}",
    "/api/reading-list/events",
    "/api/reading-list/claims",
    "/api/reading-list/claims/{study_uid}",
    "/api/reading-list/reports/{study_uid}",
    "/api/reading-list/discrepancies",
    "/api/reading-list/discrepancies/{study_uid}/settlement",
    "/api/prescreening",
    "/api/prescreening/{study_uid}",
    "/api/readers",
    "/api/readers/unmapped",
    "/api/assignments",
    "/api/assignments/{study_uid}/override",
    "/api/assignments/{study_uid}/refusal",
    "/api/patient-links",
    "/api/patient-links/{link_id}/decision",
    "/api/patient-links/{link_id}/undo",
    "/api/costs",
    "/api/costs/report",
    "/api/costs/entries",
    "/api/costs/entries/{entry_id}/correction",
    "/api/nodules/{study_uid}/{tracking_uid}",
    "/api/nodules/corrections",
    "/api/studies/{study_uid}/feedback",
    "/api/quality",
    "/api/mark-preferences",
    "/api/mark-preferences/{scope}/{name}",
    "/health/live",
    "/health/ready",
    "/metrics",
)


def test_the_page_describes_every_route_without_a_script_or_another_host(
    hospital: Hospital,
) -> None:
    client = hospital.client()
    assert tuple(client.get("/openapi.json").json()["paths"]) == ROUTES
    page = client.get("/docs").text
    for path in ROUTES:
        assert path in page
    assert "<script" not in page
    assert "://" not in page.replace("http://www.w3.org", "")
