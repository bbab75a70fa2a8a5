#!/usr/bin/env python3
"""Writes what opens, from the manifest, into the README between its markers; with --check only says whether it is
there as it should be (exit code 1 if not)."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
README = HERE.parent.parent / "README.md"
BEGIN = "<!-- corpus: written by tests/corpus/write_table.py -->\n"
END = "<!-- corpus end -->\n"
FORMS = ("traced", "scripted", "onnx")


def line(row):
    forms = " | ".join("yes" if form in row["forms"] else "" for form in FORMS)
    return (
        f"| {row['name']} | {forms} | {row['layers']} | {row['quantizable']} "
        f"| {row.get('difference', 1e-4):.0e} |"
    )


def table(rows):
    networks = [row for row in rows if row["from"] != "small" and "layers" in row]  # verified, with their counts
    traits = [row for row in rows if row["from"] == "small" and "error" not in row]
    refused = [row for row in rows if "error" in row]
    return "\n".join(
        [
            "| model | traced | scripted | ONNX | layers | quantizable | largest difference |",
            "|---|---|---|---|---|---|---|",
            *(line(row) for row in networks),
            "",
            f"The difference is from LibTorch and ONNX Runtime on the same file, relative to the largest output. "
            f"{len(traits)} small models\nhold one trait each and open too; {len(refused)} are refused in one clear "
            f"line (`tests/corpus/manifest.json`).",
            "",
        ]
    )


def main(check):
    text = README.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    wanted = before + BEGIN + table(json.loads((HERE / "manifest.json").read_text())) + END + after
    if check:
        if wanted != text:
            print("README.md does not show what tests/corpus/manifest.json says: run tests/corpus/write_table.py")
        return int(wanted != text)
    README.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
