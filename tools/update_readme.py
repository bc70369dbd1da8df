"""Put what the headline run prints into README.md, so that its numbers come from a command."""

from pathlib import Path

from mcsus import load_result

ROOT = Path(__file__).parent.parent
START, END = "<!-- summary -->", "<!-- /summary -->"


def updated(text: str, summary: str) -> str:
    """Return the text of the README with another summary between its marks."""
    before, rest = text.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n```text\n{summary}\n```\n{END}{after}"


if __name__ == "__main__":
    readme = ROOT / "README.md"
    made = load_result(ROOT / "runs" / "tinyml_global").summary()
    summary = made.text(100, more="--full")  # as it is where it is piped
    readme.write_text(updated(readme.read_text(encoding="utf-8"), summary), encoding="utf-8")
