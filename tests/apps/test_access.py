"""Who may reach the server, and what Panel is told of it."""

import pytest

import models
from apps.server.access import PROVIDERS, Access
from workbench import ParameterError, parameters
from workbench.parameters import close_folders


def refused(**values):
    with pytest.raises(ParameterError) as error:
        Access(**values)
    return str(error.value)


def test_by_default_only_this_machine():
    options = Access().options("localhost", 5006)
    assert options["websocket_origin"] == ["localhost:5006", "127.0.0.1:5006"]
    assert not {"basic_auth", "oauth_provider", "cookie_secret"} & options.keys()
    assert options["sign_sessions"] and len(options["secret_key"]) >= 32


def test_further_addresses_are_added_and_none_is_guessed():
    access = Access(allow_origin=("class.example.org", "10.0.0.7:5006"))
    assert access.origins("0.0.0.0", 80) == [
        "0.0.0.0:80", "localhost:80", "127.0.0.1:80", "class.example.org", "10.0.0.7:5006",
    ]  # fmt: skip
    assert Access().origins("::1", 80)[0] == "[::1]:80"


@pytest.mark.parametrize(
    "origin", ["a", "a.org", "a.org:80", "*.a.org", "10.0.0.7:5006", "[::1]:80", "*", "a.org:*"]
)
def test_an_address_is_a_name_and_a_port(origin):
    assert Access(allow_origin=(origin,)).allow_origin == (origin,)


@pytest.mark.parametrize(
    "origin",
    ["http://a.org", "a.org/x", "", " a.org", "a.org:x", "a.org:", "a;b", "a.org:123456", "a b"],
)
def test_anything_else_is_no_address(origin):
    assert "it must be an address such as" in refused(allow_origin=("a.org", origin))


def test_panel_is_told_of_passwords_and_gets_a_secret_of_its_own():
    one, other = (Access(basic_auth="sesame").options("localhost", 1) for _ in range(2))
    assert one["basic_auth"] == "sesame"
    assert len(one["cookie_secret"]) >= 32 and one["cookie_secret"] != other["cookie_secret"]
    kept = Access(basic_auth="sesame", cookie_secret="kept").options("localhost", 1)
    assert kept["cookie_secret"] == "kept"


@pytest.mark.parametrize("name", ["users.json", "./passwords", "/etc/nothing"])
def test_a_misspelled_file_does_not_become_the_password(name):
    assert refused(basic_auth=name) == f"basic-auth = '{name}': there is no such file."


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '"sesame"', '{"ada": 1}', '{"ada": ""}', '{"a": "b"', "\0", "{1}"]
)
def test_a_file_of_passwords_holds_names_and_passwords(tmp_path, content):
    path = tmp_path / "users"
    path.write_text(content)
    assert 'the file must hold {"name": "password", ...} in JSON.' in refused(basic_auth=str(path))
    path.write_text('{"ada": "sesame"}')
    assert Access(basic_auth=str(path)).asks


def test_panel_is_told_of_accounts_elsewhere():
    given = {"oauth_provider": "gitlab", "oauth_key": "k", "oauth_secret": "s",
             "oauth_redirect_uri": "https://a.org/login", "cookie_secret": "c"}  # fmt: skip
    options = Access(**given).options("localhost", 1)
    assert given.items() <= options.items()
    assert Access(**given).asks and not Access().asks


def test_providers_are_those_that_panel_knows():
    from panel.auth import AUTH_PROVIDERS

    assert set(PROVIDERS) == AUTH_PROVIDERS.keys() - {"pam"}  # which asks the system's own users


def test_what_is_missing_for_accounts_is_told(monkeypatch):
    for name in ("PANEL_OAUTH_KEY", "PANEL_OAUTH_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert "needs --oauth-key or" in refused(oauth_provider="github")
    assert "needs --oauth-secret or" in refused(oauth_provider="github", oauth_key="k")
    monkeypatch.setenv("PANEL_OAUTH_SECRET", "s")
    assert Access(oauth_provider="github", oauth_key="k").asks
    both = {"oauth_provider": "github", "oauth_key": "k", "basic_auth": "sesame"}
    assert refused(**both) == "Choose one of --basic-auth and --oauth-provider, not both."


def test_a_proxy_is_believed_only_when_it_is_told():
    assert [Access(proxy=x).options("a", 1)["use_xheaders"] for x in (False, True)] == [False, True]


def test_files_of_components_come_only_from_loaded_modules(tmp_path, monkeypatch):
    import sys

    from tornado.web import HTTPError

    from apps.server.guard import Components

    (tmp_path / "trap.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    handler = Components.__new__(Components)
    with pytest.raises(HTTPError) as answer:
        handler.parse_url_path("trap/Class/_css/x.css")
    assert answer.value.status_code == 404 and "trap" not in sys.modules
    with pytest.raises(HTTPError) as answer:
        handler.parse_url_path("panel.io.server/DocHandler/__doc__/x")
    assert answer.value.status_code == 403


def test_a_server_that_others_reach_takes_no_folder(monkeypatch):
    monkeypatch.setattr(parameters, "_CLOSED", [])
    sdm = models.get("sdm")
    sdm(data="/somewhere")
    close_folders()
    with pytest.raises(ParameterError, match="it must be empty on a server that others reach"):
        sdm(data="/somewhere")
    assert sdm(data="").data == ""


@pytest.mark.parametrize(
    ("host", "values", "alone"),
    [
        ("localhost", {}, True),
        ("::1", {}, True),
        ("0.0.0.0", {}, False),
        ("localhost", {"proxy": True}, False),
        ("localhost", {"allow_origin": ("a.org",)}, False),
        ("127.0.0.1", {"basic_auth": "sesame"}, False),
    ],
)
def test_who_sits_at_the_machine_is_told_from_others(host, values, alone):
    assert Access(**values).alone(host) == alone
