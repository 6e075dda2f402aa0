"""Roles: who may do what by one table, the rules file, and why; whoever no rule names is granted nothing."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from firstdose import access, access_rules
from firstdose.access import ALL, EVERYTHING, MATRIX, NOTHING, Action, Denied, Grant, Role, Scope
from firstdose.access_rules import RulesError
from firstdose.audit import Chain
from firstdose.cli import main
from firstdose.lake import Lake, refusals
from firstdose.who import LOCAL, Who
from firstdose.words import use_language

ONE = Scope(partners=frozenset({"FORGE"}))
FILE = """
[[rule]]
who = ["Kenji@Forge.example", "group:Forge-CMC"]
role = "editor"
partners = ["FORGE"]
programs = "*"
tables = ["tasks", "slots"]

[[rule]]
who = "aiko@example.org"
role = "steward"
partners = "*"
programs = "*"

[[rule]]
who = "group:board"
role = "viewer"
partners = "*"
programs = ["NCC-01"]
also = ["risks"]
"""


def somebody(id_: str, *groups: str) -> Who:
    return Who(id_, id_, "oidc", frozenset(groups))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "roles.toml"
    file.write_text(FILE, encoding="utf-8")
    return file


#: The table once more, by hand: the first role that may, and whether everything has to be seen for it.
FIRST: dict[Action, tuple[Role, bool]] = {
    "view": ("guest", False),
    "export": ("guest", False),
    "save view": ("viewer", False),
    "upload": ("editor", False),
    "publish": ("editor", False),
    "share link": ("approver", False),
    "revoke link": ("approver", False),
    "approve": ("approver", True),
    "name version": ("approver", True),
    "restore": ("approver", True),
    "see audit": ("steward", True),
    "verify": ("steward", True),
    "view as": ("steward", True),
}
ORDER: tuple[Role, ...] = ("guest", "viewer", "editor", "approver", "steward")


@pytest.mark.parametrize("action", MATRIX)
@pytest.mark.parametrize("role", ORDER)
@pytest.mark.parametrize("scope", [EVERYTHING, ONE], ids=["everything", "one partner"])
def test_every_role_may_what_the_table_says_and_nothing_else(
    action: Action, role: Role, scope: Scope
) -> None:
    first, whole = FIRST[action]
    wanted = ORDER.index(role) >= ORDER.index(first) and (scope.everything or not whole)
    granted = Grant(role, scope)
    assert access.allows(granted, action) is wanted
    if not wanted:
        with pytest.raises(Denied) as refused:
            access.may(granted, action)
        assert len(str(refused.value)) > 40, "says why and whom to ask"


def test_the_local_user_may_everything_whatever_the_file_says(tmp_path: Path) -> None:
    broken = tmp_path / "roles.toml"
    broken.write_text("[[rule", encoding="utf-8")
    assert access_rules.grant(LOCAL, broken) is ALL


def test_the_first_rule_that_names_somebody_counts(rules: Path) -> None:
    kenji = access_rules.grant(somebody("kenji@forge.example"), rules)
    assert (kenji.role, kenji.scope.partners) == ("editor", frozenset({"FORGE"}))
    assert kenji.scope.tables == {"tasks", "slots"}
    assert access_rules.grant(somebody("x@forge.example", "forge-cmc", "board"), rules) == kenji
    board = access_rules.grant(somebody("b@example.org", "board"), rules)
    assert (board.role, board.scope.programs, board.scope.also) == ("viewer", {"NCC-01"}, {"risks"})
    assert access_rules.grant(somebody("aiko@example.org"), rules).scope is not None


@pytest.mark.parametrize("name", ["kenji@forge.example.org", "forge-cmc", "group:board", "*", "", "local"])
def test_whoever_no_rule_names_is_refused(rules: Path, name: str) -> None:
    with pytest.raises(Denied, match="No rule"):
        access_rules.grant(somebody(name), rules)


def test_without_a_rules_file_nobody_who_signs_in_sees_anything(tmp_path: Path) -> None:
    with pytest.raises(Denied, match="firstdose roles check"):
        access_rules.grant(somebody("aiko@example.org"), tmp_path / "none.toml")


def test_a_changed_rules_file_counts_at_once(rules: Path) -> None:
    assert access_rules.grant(somebody("aiko@example.org"), rules).role == "steward"
    rules.write_text(FILE.replace('"steward"', '"viewer" # no more'), encoding="utf-8")
    assert access_rules.grant(somebody("aiko@example.org"), rules).role == "viewer"


def test_every_fault_of_a_rules_file_is_named_with_its_line_at_once() -> None:
    text = """[[rule]]
who = []
role = "admin"
partners = ["*"]
programs = "*"

[[rule]]
who = "a"
role = "viewer"
programs = "*"
table = ["tasks"]
tables = ["task"]
"""
    with pytest.raises(RulesError) as wrong:
        access_rules.parse(text)
    said = str(wrong.value).splitlines()[1:]
    lines = [int(line.split(":")[0].removeprefix("- line ")) for line in said]
    assert lines == [2, 3, 4, 7, 11, 12]


@pytest.mark.parametrize(
    "text",
    ["[[rule", "rule = 1", "[rule]\nwho = 'a'", "who = 'a'", "rule = [{who='a'}]", 'x = """\n[[rule]]\n"""'],
)
def test_a_file_that_is_not_understood_lets_nobody_in(text: str) -> None:
    with pytest.raises(RulesError):
        access_rules.parse(text)


def test_two_scopes_meet_in_what_both_let_through_and_never_wider() -> None:
    p1, p12 = Scope(programs=frozenset({"1"})), Scope(programs=frozenset({"1", "2"}))
    assert p1.within(p12) == p1.within(EVERYTHING) == EVERYTHING.within(p1) == p1
    assert p1.within(ONE) == Scope(frozenset({"1"}), frozenset({"FORGE"}))
    assert NOTHING.within(EVERYTHING) == NOTHING
    assert Scope(version=3).within(Scope(version=4)).version == 0, "no version at all"
    with pytest.raises(Denied):
        access.within(Grant("approver", p1), p12)
    access.within(Grant("approver", p12), p1)


def test_a_scope_is_told_apart_by_its_digest_and_read_back_from_its_text() -> None:
    scopes = [EVERYTHING, NOTHING, ONE, Scope(programs=frozenset({"FORGE"})), Scope(version=1)]
    scopes += [Scope(tables=frozenset({"tasks"})), Scope(also=frozenset({"tasks"}))]
    assert len({one.digest for one in scopes}) == len(scopes)
    assert [Scope.from_text(one.as_text()) for one in scopes] == scopes


def test_a_flood_of_refusals_grows_the_chain_by_few_lines(tmp_path: Path) -> None:
    refusals.forget()
    lake = Lake.open(tmp_path / "lake")
    told = [refusals.tell(lake, somebody("x"), "restore", "v1", "Not allowed", now=1.0) for _ in range(50)]
    assert told.count(True) == 1
    others = [refusals.tell(lake, somebody(f"x{n}"), "restore", "v1", "No", now=2.0) for n in range(300)]
    assert 1 + others.count(True) == refusals.MOST
    assert refusals.tell(lake, somebody("x"), "restore", "v1", "Not allowed", now=5000.0), (
        "an hour later again"
    )
    events = list(Chain(lake.place.audit).events())
    assert {event["action"] for event in events} == {"denied"}
    assert (events[0]["actor_id"], events[0]["asked"], events[0]["auth_method"]) == ("x", "restore", "oidc")
    refusals.forget()


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["roles", *words])
    assert done.exit_code == code, done.output
    return done.output


def test_roles_explain_says_the_line_and_why(rules: Path) -> None:
    yes = run("explain", "kenji@forge.example", "publish", "--file", str(rules))
    assert "Yes" in yes
    assert "line 2" in yes
    no = run("explain", "kenji@forge.example", "restore", "--file", str(rules), code=1)
    assert "approver" in no
    told = json.loads(run("explain", "nobody", "view", "--file", str(rules), "--format", "json", code=1))
    assert told["allowed"] is False
    grouped = run("explain", "x", "view", "--group", "board", "--file", str(rules))
    assert "NCC-01" in grouped


def test_roles_are_explained_in_japanese(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTDOSE_LANG", "ja")
    assert "編集者" in run("explain", "kenji@forge.example", "publish", "--file", str(rules))
    use_language("en")


def test_roles_check_tells_what_every_rule_grants(rules: Path) -> None:
    told = json.loads(run("check", "--file", str(rules), "--format", "json"))
    assert [one["line"] for one in told["rules"]] == [2, 9, 15]
    rules.write_text("[[rule]]\nwho = 'x'\n", encoding="utf-8")
    assert "line 1" in run("check", "--file", str(rules), code=1)
