#!/usr/bin/env python3
"""Checks a project for phones: every file parses, and it holds what was exported.

    check_project.py PROJECT EXPECTED

EXPECTED is a JSON object: "name", "classes", and settings as the templates name them ("resize_shorter", "mean").
What is not in it is not compared. Exit code 1, with what is wrong, where something is.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

import yaml


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def literal(text):
    """A number, truth value, string or list as Java or Swift writes it."""
    return json.loads(re.sub(r"^\s*[\[{](.*)[\]}]\s*$", r"[\1]", text.strip()))


def settings(project):
    """Every constant of the generated settings, by the template's name."""
    java = project / "app/src/main/java/org/quantoscope/classifier/Settings.java"
    swift = project / "Sources/Settings.swift"
    if java.exists():
        pattern, path = r"static final [\w\[\]]+ (\w+) = ([^;]+);", java
    else:
        pattern, path = r"static let (\w+)(?:: [\w\[\]]+)? = (.+)", swift
    found = dict(re.findall(pattern, path.read_text()))
    return {key: literal(value) for key, value in found.items()}, java.exists()


def android_text(text):
    return re.sub(r"\\(.)", r"\1", text)


def shown_names(project):
    strings = project / "app/src/main/res/values/strings.xml"
    if strings.exists():
        raw = {item.get("name"): item.text for item in xml.parse(strings).getroot()}
        unescaped = re.search(r"(?<!\\)['\"]", raw["app_name"])
        assert not unescaped, f"{strings}: {raw['app_name']} needs backslashes"
        yield android_text(raw["app_name"])
    else:
        target = yaml.safe_load((project / "project.yml").read_text())["targets"]["Classifier"]
        yield target["info"]["properties"]["CFBundleDisplayName"]
        assert {source["path"] for source in target["sources"]} == {"Sources", "Resources"}
    yield re.match(r"# (.*) on (?:Android|iOS)\n", (project / "README.md").read_text()).group(1)


def check_syntax(project):
    for path in project.rglob("*"):
        if path.suffix == ".xml":
            xml.parse(path)
        elif path.suffix == ".json":
            json.loads(path.read_text())
        elif path.suffix in {".java", ".kt", ".kts", ".swift", ".mm", ".h"}:
            code = re.sub(r'"(?:\\.|[^"\\\n])*"|//.*|/\*[\s\S]*?\*/', "", path.read_text())
            for left, right in ("{}", "()", "[]"):
                assert code.count(left) == code.count(right), f"{path}: {left} and {right} do not match"


def main(project, expected):
    project = pathlib.Path(project)
    expected = json.loads(pathlib.Path(expected).read_text())
    check_syntax(project)
    wanted_name = expected.pop("name", None)
    for name in shown_names(project):
        assert wanted_name in (None, name), f"the app is called {name}, not {wanted_name}"
    if "classes" in expected:
        (classes,) = project.rglob("classes.json")
        assert json.loads(classes.read_text()) == expected.pop("classes"), classes
    found, is_java = settings(project)
    for key, value in expected.items():
        actual = found[key.upper() if is_java else camel(key)]
        assert actual == value, f"{key} is {actual}, not {value}"


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (AssertionError, KeyError, ValueError, xml.ParseError, yaml.YAMLError) as error:
        print(f"{type(error).__name__}: {error}")
        sys.exit(1)
