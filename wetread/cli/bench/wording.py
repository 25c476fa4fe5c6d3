"""What a benchmark says to people: the same figures for the terminal and for report.md."""

from collections.abc import Sequence
from typing import Final

from routing.bench.figures import PERCENTILES, Bench, LoadRun, LoadSeries, Part
from routing.bench.stages import Stage
from wetread.cli.language import Text
from wetread.domain.costs.prices import PriceTable

_PARTS: Final = {
    Part.MODEL: Text("model only", "モデルのみ"),
    Part.WHOLE: Text("whole study", "検査全体"),
    Part.WHOLE_WITH_PRIOR: Text("whole study with its prior", "検査全体(過去検査あり)"),
    Part.SERVICE: Text("service, C-STORE to delivered", "サービス(C-STOREから送信済みまで)"),
}
_STAGES: Final = {
    Stage.SEND: Text("send", "送信"),
    Stage.WAIT: Text("wait", "待ち"),
    Stage.HEADERS: Text("headers", "ヘッダー"),
    Stage.SELECT: Text("select", "選択"),
    Stage.DECODE: Text("decode", "復号"),
    Stage.LUNGS: Text("lungs", "肺"),
    Stage.NETWORK: Text("network", "ネットワーク"),
    Stage.CANDIDATES: Text("candidates", "候補"),
    Stage.DETECT: Text("detect", "検出"),
    Stage.MEASURE: Text("measure", "計測"),
    Stage.COMPARE: Text("compare", "比較"),
    Stage.ENCODE: Text("encode", "符号化"),
    Stage.OTHER: Text("other", "その他"),
    Stage.DELIVER: Text("deliver", "配信"),
}
_NOT_MEASURED: Final = Text("not measured", "未測定")
_LOAD_COLUMNS: Final = (
    Text("measured", "測定対象"),
    Text("at once", "同時"),
    Text("studies", "検査数"),
    Text("studies/h", "検査/時"),
    *(Text(f"p{percent} s", f"p{percent} 秒") for percent in PERCENTILES),
    Text("outside network", "ネットワーク外"),
    Text("CPU s", "CPU 秒"),
    Text("GPU s", "GPU 秒"),
    Text("cores used", "コア使用率"),
    Text("peak MiB", "最大 MiB"),
    Text("J", "J"),
    Text("yen", "円"),
)
_MIB: Final = 1024**2


def load_header() -> tuple[str, ...]:
    """Return the columns of the table of loads."""
    return tuple(map(str, _LOAD_COLUMNS))


def load_rows(bench: Bench) -> list[tuple[str, ...]]:
    """Return a row for each load."""
    return [_row(series, load, bench.prices) for series in bench.series for load in series.loads]


def _row(series: LoadSeries, load: LoadRun, prices: PriceTable) -> tuple[str, ...]:
    joules = load.joules_per_study
    return (
        f"{_PARTS[series.part]}, {series.engine}",
        str(load.at_once),
        str(load.studies),
        f"{load.studies_per_hour:.0f}",
        *(f"{load.percentile_seconds(percent):.2f}" for percent in PERCENTILES),
        _share(load.share_outside_network),
        f"{load.cpu_seconds_per_study:.2f}",
        f"{load.gpu_seconds_per_study:.2f}",
        f"{load.core_use:.0%}",
        "–" if load.peak_bytes is None else f"{load.peak_bytes / _MIB:.0f}",
        str(_NOT_MEASURED) if joules is None else f"{joules:.1f}",
        f"{load.jpy_per_study(prices):.4f}",
    )


def stage_table(series: LoadSeries) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return header and rows: the seconds of each stage in the first load of a series."""
    load = series.loads[0]
    header: tuple[str, ...] = (
        f"{_PARTS[series.part]}, {series.engine}",
        str(Text("s", "秒")),
        str(Text("share", "割合")),
        str(Text("CPU s", "CPU 秒")),
    )
    whole = sum(spent.wall_seconds for spent in load.stages.values())
    alone = load.at_once == 1
    rows: list[tuple[str, ...]] = [
        (
            str(_STAGES[stage]),
            f"{spent.wall_seconds:.2f}",
            f"{spent.wall_seconds / whole:.1%}",
            f"{spent.cpu_seconds:.2f}" if alone and spent.cpu_seconds else "–",
        )
        for stage, spent in load.stages.items()
    ]
    return header, rows


def conclusions(series: Sequence[LoadSeries]) -> list[str]:
    """Return what was promised and what was found, a line each."""
    lines = []
    for one in series:
        name, first, last = f"{_PARTS[one.part]}, {one.engine}", one.loads[0], one.loads[-1]
        outside, cpu = first.share_outside_network, first.cpu_share_outside_network
        if outside is not None:
            wall, used = _share(outside), _share(cpu)
            lines.append(
                str(
                    Text(
                        f"{name}: {wall} of the seconds and {used} of the CPU seconds are spent "
                        "outside the network",
                        f"{name}: ネットワーク外は時間の{wall}、CPU秒の{used}",
                    )
                )
            )
        if last.at_once > first.at_once:
            ratio = last.cpu_seconds_per_study / first.cpu_seconds_per_study
            lines.append(
                str(
                    Text(
                        f"{name}: {last.at_once} at once cost {ratio:.2f} times the CPU seconds "
                        f"a study that {first.at_once} at once cost",
                        f"{name}: 同時{last.at_once}件の検査あたりCPU秒は"
                        f"同時{first.at_once}件の{ratio:.2f}倍",
                    )
                )
            )
    return lines


def described(bench: Bench) -> str:
    """Return what it ran on and with what."""
    machine = bench.machine
    memory_gib = machine.memory_bytes / 1024**3
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    studies = ", ".join(bench.studies)
    return str(
        Text(
            f"{machine.processor}, {machine.cores} cores, {memory_gib:.0f} GiB, "
            f"{machine.accelerator or 'no GPU'}; {machine.system}; {versions}. Load average of the "
            f"minute before: {machine.load_average:.1f}. Model: {bench.model}. Studies: {studies}. "
            f"Prices: {bench.prices.name}{'' if bench.prices.verified else ', an example'}.",
            f"{machine.processor}、{machine.cores}コア、{memory_gib:.0f} GiB、"
            f"{machine.accelerator or 'GPUなし'}、{machine.system}、{versions}。直前1分の負荷平均:"
            f"{machine.load_average:.1f}。モデル:{bench.model}。検査:{studies}。"
            f"単価表:{bench.prices.name}{'' if bench.prices.verified else '(例)'}。",
        )
    )


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
