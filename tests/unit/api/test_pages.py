"""The pages say what is known in two languages, and take no text for HTML."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import api
from api.languages import Language, Texts, preferred_language
from api.wording import Wording
from tests.support.api import JAPAN, Hospital, hostile_findings
from tests.support.findings import findings, nodule
from wetread.domain.costs.budgets import BudgetState
from wetread.domain.cusum import Direction
from wetread.domain.feedback import Act, FeedbackSource, Standing
from wetread.domain.findings import (
    Change,
    ChangeState,
    GrowthVerdict,
    NoduleType,
    Outcome,
    ResolvedNodule,
)
from wetread.domain.identity.agreement import Agreement, Field
from wetread.domain.marks import PreferenceScope, ShowMarks
from wetread.domain.prescreening import ReadDecision
from wetread.domain.reading import AiState
from wetread.domain.studies import StudyState

ENGLISH = {"lang": "en"}
JAPANESE = {"lang": "ja"}
HOSTILE = "<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """Collects what a browser would build."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.mark.parametrize("lang", list(Language))
def test_no_text_of_a_study_becomes_html(hospital: Hospital, lang: Language) -> None:
    uid = hospital.add_study(1)
    hospital.ask_for_read(uid)
    named = replace(nodule("1.2.3.5"), tracking_id=HOSTILE)
    hospital.conclude(
        hostile_findings(uid, outcome=Outcome.PARTIAL, reason=HOSTILE, nodules=(named,))
    )
    hospital.deliver(uid, destination=HOSTILE, confirmed=False, detail=HOSTILE)
    client = hospital.client()
    for path in ("/", f"/studies/{uid}"):
        answer = client.get(path, params={"lang": lang})
        assert answer.status_code == 200
        built = Tags(answer.text)
        assert not {"script", "img", "b"} & set(built.tags)
        assert not [name for name, _ in built.attributes if name.startswith("on")]
        assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("outcome", "english", "japanese"),
    [
        (None, "waiting", "解析待ち"),
        (Outcome.ANALYSED, "done", "解析済み"),
        (Outcome.PARTIAL, "incomplete", "一部のみ解析"),
        (Outcome.FAILED, "failed", "解析失敗"),
        (Outcome.NOT_ANALYSED, "not analysed", "解析対象外"),
    ],
)
def test_the_list_says_how_the_analysis_stands_in_words_and_colour(
    hospital: Hospital, outcome: Outcome | None, english: str, japanese: str
) -> None:
    uid = hospital.add_study(1)
    hospital.ask_for_read(uid)
    if outcome is not None:
        hospital.conclude(findings(study_instance_uid=uid, outcome=outcome))
    client = hospital.client()
    for params, word in ((ENGLISH, english), (JAPANESE, japanese)):
        page = client.get("/", params=params).text
        badge = re.search(r'<span class="state (\w+)">([^<]+)</span>', page)
        assert badge is not None
        assert badge[2] == word
        style = client.get("/static/wetread.css").text
        assert f".{badge[1]} {{" in style


def test_the_list_is_in_the_order_to_read_and_renews_itself(hospital: Hospital) -> None:
    waiting, raised = hospital.add_study(1, name="FIRST"), hospital.add_study(2, name="SECOND")
    for uid in (waiting, raised):
        hospital.ask_for_read(uid)
    hospital.conclude(hostile_findings(raised))
    page = hospital.client().get("/", params=ENGLISH).text
    assert page.index("SECOND") < page.index("FIRST")
    assert '<meta http-equiv="refresh"' in page
    assert "12 min" in page
    assert f'href="/studies/{waiting}?lang=en"' in page


def test_an_empty_list_says_so(hospital: Hospital) -> None:
    assert "No study waits to be read." in hospital.client().get("/", params=ENGLISH).text


def test_a_study_shows_its_category_and_only_a_whole_analysis_has_one(hospital: Hospital) -> None:
    whole, partial = hospital.add_study(1), hospital.add_study(2)
    marked = nodule("1.2.3")
    hospital.conclude(findings(marked, study_instance_uid=whole))
    hospital.conclude(
        findings(marked, study_instance_uid=partial, outcome=Outcome.PARTIAL, reason="x")
    )
    client = hospital.client()
    assert "<dd>Lung-RADS v2022: 4A</dd>" in client.get(f"/studies/{whole}", params=ENGLISH).text
    page = client.get(f"/studies/{whole}", params=JAPANESE).text
    assert "<li>Lung-RADS v2022: カテゴリー 4A。</li>" in page
    page = client.get(f"/studies/{partial}", params=ENGLISH).text
    assert "<dd>Lung-RADS v2022: no category</dd>" in page


@pytest.mark.parametrize(
    ("outcome", "reason", "said"),
    [
        (Outcome.ANALYSED, None, "nothing was marked"),
        (Outcome.ANALYSED, "limited: thick slices", "may have been missed"),
        (Outcome.PARTIAL, "a step failed", "may have been missed"),
        (Outcome.FAILED, "no memory", "as if there were no AI"),
        (Outcome.NOT_ANALYSED, "too thick", "as if there were no AI"),
    ],
)
def test_only_a_whole_analysis_may_look_negative(
    hospital: Hospital, outcome: Outcome, reason: str | None, said: str
) -> None:
    uid = hospital.add_study(1)
    hospital.conclude(findings(study_instance_uid=uid, outcome=outcome, reason=reason))
    page = hospital.client().get(f"/studies/{uid}", params=ENGLISH).text
    assert said in page
    assert ("nothing was marked" in page) == (reason is None)
    assert ('class="banner done"' in page) == (reason is None)
    assert reason is None or reason in page


def test_a_study_without_findings_can_be_read_and_renews_itself(hospital: Hospital) -> None:
    uid = hospital.add_study(1, state=StudyState.ANALYSING)
    page = hospital.client().get(f"/studies/{uid}", params=ENGLISH).text
    assert "can be read without them" in page
    assert '<meta http-equiv="refresh"' in page


def test_findings_of_an_older_revision_say_so(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    hospital.conclude(findings(study_instance_uid=uid))
    hospital.late_images(uid)
    page = hospital.client().get(f"/studies/{uid}", params=ENGLISH).text
    assert "newer images have come since" in page


def test_a_study_shows_nodules_change_deliveries_cost_and_key_images(hospital: Hospital) -> None:
    uid = hospital.add_study(1, name="YAMADA^TARO=山田^太郎=やまだ^たろう")
    change = Change(
        state=ChangeState.MATCHED,
        prior_study_instance_uid="1.2.9",
        prior_tracking_uid="2.25.7",
        prior_volume_mm3=180.5,
        volume_change_percent=48.5,
        doubling_time_days=157.4,
        verdict=GrowthVerdict.GROWN,
    )
    pictured = replace(nodule("1.2.3.5"), change=change)
    plain = nodule("1.2.3.6", number=2, nodule_type=NoduleType.GROUND_GLASS, side="left")
    gone = ResolvedNodule(prior_tracking_uid="2.25.8", center_lps_mm=(0.0, 0.0, 0.0))
    hospital.conclude(replace(findings(pictured, plain, study_instance_uid=uid), resolved=(gone,)))
    hospital.deliver(uid, destination="pacs", confirmed=True, detail="")
    image = hospital.key_image_path(uid, 0, pictured.tracking_id)
    image.parent.mkdir(parents=True)
    image.write_bytes(b"\x89PNG\r\n\x1a\n")
    client = hospital.client()
    page = client.get(f"/studies/{uid}", params=ENGLISH).text
    for text in (
        "YAMADA TARO",
        "also in the prior study, grown, +48 % volume, doubling time 157 days",
        "8.0 mm",
        "268 mm³",
        "right upper zone",
        "12 mm from the lung surface",
        "score 0.91, marked from 0.42 (expected sensitivity 90 % at 1.5 false marks per scan)",
        "ground-glass",
        "1 nodules of the prior study are gone.",
        "pacs",
        "¥0.12",
    ):
        assert text in page
    japanese = client.get(f"/studies/{uid}", params=JAPANESE).text
    for text in ("山田 太郎", "右上肺野", "肺表面から 12 mm", "0.42 以上をマーク"):
        assert text in japanese
    (source,) = re.findall(r'<img src="([^"]+)"', page)
    shown = client.get(source)
    assert (shown.headers["content-type"], shown.content) == ("image/png", image.read_bytes())
    for other in (plain.tracking_uid, "2.25.404", "..%2Fsecret"):
        assert client.get(source.replace(pictured.tracking_uid, other)).status_code == 404
    assert client.get(source.replace("/0/", "/1/")).status_code == 404


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", Language.ENGLISH),
        ("ja", Language.JAPANESE),
        ("ja-JP,en;q=0.8", Language.JAPANESE),
        ("en-GB,ja;q=0.9", Language.ENGLISH),
        ("fr, ja;q=0.5, en;q=0.4", Language.JAPANESE),
        ("ja;q=0", Language.ENGLISH),
        ("ja;q=much, ,;", Language.ENGLISH),
    ],
)
def test_the_language_is_what_the_browser_likes_best(
    hospital: Hospital, header: str, language: Language
) -> None:
    assert preferred_language(header) is language
    page = hospital.client().get("/", headers={"Accept-Language": header}).text
    assert f'<html lang="{language}">' in page


def test_every_text_exists_in_both_languages_and_is_used() -> None:
    texts = Texts()
    room = Path(api.__file__).parent
    sources = [*room.rglob("*.py"), *room.rglob("*.html")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    built = {
        *(f"ai_{one}" for one in AiState),
        *(f"budget_{one}" for one in BudgetState),
        *(f"state_{one}" for one in StudyState),
        *(f"outcome_{one}" for one in Outcome),
        *(f"type_{one}" for one in NoduleType),
        *(f"change_{one}" for one in ChangeState),
        *(f"verdict_{one}" for one in GrowthVerdict),
        *(f"field_{one}" for one in Field),
        *(f"agreement_{one}" for one in Agreement),
        *(f"scope_{one}" for one in PreferenceScope),
        *(f"show_{one}" for one in ShowMarks),
        *("link_confirmed", "link_refused", "link_review"),
        *(f"standing_{one}" for one in Standing),
        *(f"read_{one}" for one in ReadDecision),
        *(f"act_{one}" for one in Act),
        *(f"source_{one}" for one in FeedbackSource),
        *(f"axis_{one}" for one in ("left", "posterior", "superior")),
        *(f"drift_{one}" for one in (*Direction, "alarm", "none")),
        *("sex_F", "sex_M", "sex_unknown"),
    }
    used = built | set(re.findall(r'text\(\s*"(\w+)"[,)]', code))
    assert used == set(texts.keys)
    for key in texts.keys:
        english, japanese = (texts.raw(language, key) for language in Language)
        assert english, key
        assert set(re.findall(r"{(\w+)", english)) == set(re.findall(r"{(\w+)", japanese)), key


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (0, "0 min", "0 分"),
        (59 * 60 + 59, "59 min", "59 分"),
        (3600, "1 h 00 min", "1 時間 0 分"),
        (25 * 3600, "1 d 1 h", "1 日 1 時間"),
    ],
)
def test_waiting_is_written_for_people(seconds: int, english: str, japanese: str) -> None:
    texts = Texts()
    said = [Wording(language=one, texts=texts, zone=JAPAN).duration(seconds) for one in Language]
    assert said == [english, japanese]


@pytest.mark.parametrize(
    ("name", "english", "japanese"),
    [
        ("YAMADA^TARO=山田^太郎=やまだ^たろう", "YAMADA TARO", "山田 太郎"),
        ("YAMADA^TARO", "YAMADA TARO", "YAMADA TARO"),
        ("=山田^太郎", "山田 太郎", "山田 太郎"),
        ("", "no name", "氏名なし"),
        ("^^^^=^", "no name", "氏名なし"),
    ],
)
def test_a_name_is_written_in_the_script_of_the_page(
    name: str, english: str, japanese: str
) -> None:
    texts = Texts()
    said = [Wording(language=one, texts=texts, zone=JAPAN).patient_name(name) for one in Language]
    assert said == [english, japanese]


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_text_stands_out_from_its_ground_by_light_and_by_dark(hospital: Hospital) -> None:
    style = hospital.client().get("/static/wetread.css").text
    schemes = style.split("@media (prefers-color-scheme: dark)")
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", scheme))
        pairs = [(f"{state}-ink", state) for state in colours if f"{state}-ink" in colours]
        pairs += [(ink, on) for ink in ("ink", "faint", "link") for on in ("ground", "surface")]
        assert len(pairs) == len(AiState) + 6
        for ink, ground in pairs:
            dark, light = sorted((luminance(colours[ink]), luminance(colours[ground])))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
