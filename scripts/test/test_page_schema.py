"""The schemas of reports/schema are what a result must be, to the last member."""

import json
from pathlib import Path

import pytest
from capacity_documents import QUESTIONS, capacity_document
from page_documents import crash_document, env_document
from pragmark_report import load_result, schema
from pragmark_report.errors import InputError
from pragmark_report.load import load_all

SAMPLES = Path(__file__).resolve().parent / "samples"
RESULTS = sorted(path.name for kind in ("tune", "capacity", "env")
                 for path in SAMPLES.glob(f"{kind}*.json"))

RULES = [  # schema, a value that keeps it, one that breaks it, words of the complaint
    ({"type": "string"}, "a", 1, "is 1, not of type string"),
    ({"type": ["number", "null"]}, None, "x", 'is "x", not of type number or null'),
    ({"type": "integer"}, 3.0, 3.5, "not of type integer"),
    ({"type": "number"}, 0.5, True, "is true, not of type number"),
    ({"type": "boolean"}, True, 1, "not of type boolean"),
    ({"enum": ["a", "b"]}, "b", "c", 'is "c", which is none of ["a", "b"]'),
    ({"const": "x/1"}, "x/1", "x/2", 'is "x/2", not "x/1"'),
    ({"required": ["a"]}, {"a": 1}, {"b": 1}, "has no `a`"),
    ({"properties": {"a": {"type": "null"}}}, {"b": 1}, {"a": 1}, "a is 1"),
    ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1}, {"b": 1}, "holds `b`"),
    ({"additionalProperties": {"type": "string"}}, {"b": "x"}, {"b": 1}, ".b is 1"),
    ({"patternProperties": {"^n_": {"type": "number"}}}, {"n_a": 1}, {"n_a": ""}, "n_a is"),
    ({"items": {"type": "string"}}, ["a"], ["a", 2], "[1] is 2"),
    ({"oneOf": [{"type": "null"}, {"minimum": 2}]}, 2, 1, "less than 2"),
    ({"oneOf": [{"type": "number"}, {"minimum": 2}]}, 1, 3, "fits several forms"),
    ({"anyOf": [{"type": "null"}, {"type": "string"}]}, "", 1, "not of type string"),
    ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, 2, 4, "more than 3"),
    ({"exclusiveMinimum": 0}, 1, 0, "not more than 0"),
    ({"exclusiveMaximum": 9}, 8, 9, "not less than 9"),
    ({"minItems": 1}, [0], [], "fewer items than 1"),
    ({"maxItems": 1}, [0], [0, 0], "more items than 1"),
    ({"minLength": 1}, "a", "", "shorter than 1"),
    ({"maxLength": 1}, "a", "ab", "longer than 1"),
    ({"pattern": "^a$"}, "a", "b", "not of the form ^a$"),
    ({"$defs": {"t": {"type": "null"}}, "$ref": "#/$defs/t"}, None, 1, "not of type null"),
]


@pytest.mark.parametrize("rules, good, bad, said", RULES, ids=lambda each: str(each)[:24])
def test_each_keyword(rules, good, bad, said):
    assert schema.first_breach(good, rules) is None
    assert said in schema.first_breach(bad, rules)


def test_an_unknown_keyword_is_an_error_of_the_schema():
    with pytest.raises(KeyError):
        schema.first_breach("x", {"multipleOf": 2})


def test_every_schema_file_uses_known_keywords_only():
    def keywords(of, inside_names=False):
        for key, value in of.items() if isinstance(of, dict) else ():
            if not inside_names:
                assert key in schema.RULES or key in schema.SAYS_NOTHING, key
            names = not inside_names and key in ("properties", "patternProperties", "$defs")
            for each in value if isinstance(value, list) else [value]:
                if not inside_names and key in ("enum", "const", "required"):
                    continue
                keywords(each, names)
    for _, file in load_result.SCHEMAS.values():
        keywords(schema.of_file(file))


@pytest.mark.parametrize("name", RESULTS)
def test_samples_keep_their_schema(name):
    document = json.loads((SAMPLES / name).read_text())
    assert load_result.result(name, "A", "", document).document is document


@pytest.mark.parametrize("question", QUESTIONS)
def test_invented_results_keep_it_too(question):
    document = json.loads(json.dumps(capacity_document(question)))
    assert load_result.result("r", "A", "", document).question == question


def test_an_invented_result_of_crash_keeps_it_too():
    document = json.loads(json.dumps(crash_document()))
    assert load_result.result("r", "A", "", document).kind == "crash"


DAMAGE = [
    (lambda d: d.update(more=1), "the document holds `more`, which is unknown here"),
    (lambda d: d.pop("answer"), "the document has no `answer`"),
    (lambda d: d["answer"].update(verdict="fine"), "answer.verdict is \"fine\""),
    (lambda d: d["steps"][0]["step"].update(seconds="5"), "steps[0].step.seconds is \"5\""),
    (lambda d: d["parameters"].update(rows=-1), "parameters.rows is -1, less than 0"),
    (lambda d: d["context"].update(num_cpus=2), "context.num_cpus is 2, not of type string"),
]


@pytest.mark.parametrize("damage, said", DAMAGE, ids=[said for _, said in DAMAGE])
def test_a_damaged_result_is_refused_with_the_place(tmp_path, damage, said):
    document = json.loads(json.dumps(capacity_document("slo")))
    damage(document)
    path = tmp_path / "r.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InputError) as refused:
        load_all([str(path)])
    message = str(refused.value)
    assert said in message and str(path) in message and "\n" not in message
    assert message.endswith("report with the pragmark that measured it")


@pytest.mark.parametrize("damage, said", [
    (lambda d: d.update(seed=10**400), "holds the number 1000"),
    (lambda d: d["effects"][0].update(low=-0.5), "effects[0].low is -0.5, less than 0"),
    (lambda d: d["effects"][0].update(high=-10**301), "holds the number -1000"),
])
def test_a_number_that_no_page_can_show_is_refused(tmp_path, damage, said):
    document = json.loads((SAMPLES / "tune.json").read_text())
    damage(document)
    (tmp_path / "r.json").write_text(json.dumps(document))
    with pytest.raises(InputError) as refused:
        load_all([str(tmp_path / "r.json")])
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["pragmark.gate/1", "pragmark.capacity/2", "", 3])
def test_another_schema_is_refused(tmp_path, name):
    path = tmp_path / "r.json"
    path.write_text(json.dumps({**env_document(), "schema": name}))
    with pytest.raises(InputError, match="unknown schema"):
        load_all([str(path)])


def test_no_result_at_all_is_refused():
    with pytest.raises(InputError, match="none was given"):
        load_all([])


def test_letters_count_within_a_question(tmp_path):
    paths = []
    for place, question in enumerate(("slo", "claim", "slo")):
        paths.append(tmp_path / f"{place}.json")
        paths[-1].write_text(json.dumps(capacity_document(question, seed=place)))
    loaded = load_all(list(map(str, paths)))
    assert loaded.inputs is None
    assert [(each.question, each.letter) for each in loaded.results] == [
        ("slo", "A"), ("claim", "A"), ("slo", "B")]


def test_statements_to_paste_keep_their_lines_and_nothing_else_does(tmp_path):
    document = json.loads((SAMPLES / "tune.json").read_text())
    document["answer"]["sentence"] = "two\nlines"
    document["answer"]["recommended_sql"] = "select 1;\nselect\x1b[31m 2;\n"
    path = tmp_path / "r.json"
    path.write_text(json.dumps(document))
    answer = load_all([str(path)]).results[0].document["answer"]
    assert answer["sentence"] == "two lines"
    assert answer["recommended_sql"] == "select 1;\nselect\ufffd[31m 2;\n"
