from __future__ import annotations

import traceback
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from kinescope_upload.database.dsn import clean_dsn, masked
from kinescope_upload.errors import UsageError

POOLER = "postgresql://postgres.abc:s3cret@aws-0-eu.pooler.supabase.com:6543/postgres"
ADDED = {
    "connect_timeout": "10",
    "client_encoding": "UTF8",
    "application_name": "kupload",
    "keepalives": "1",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


def parameters(url: str) -> dict[str, str]:
    """What libpq makes of the cleaned string, without what kupload always adds."""
    given = {key: str(value) for key, value in conninfo_to_dict(clean_dsn(url).conninfo).items()}
    return {key: value for key, value in given.items() if ADDED.get(key) != value}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            f"{POOLER}?pgbouncer=true&connection_limit=1",
            {
                "user": "postgres.abc",
                "password": "s3cret",
                "host": "aws-0-eu.pooler.supabase.com",
                "port": "6543",
                "dbname": "postgres",
            },
        ),
        ("postgres://u@h/d", {"user": "u", "host": "h", "dbname": "d"}),
        ("POSTGRESQL://u@h/d", {"user": "u", "host": "h", "dbname": "d"}),
        ("  postgresql://u@h/d\n", {"user": "u", "host": "h", "dbname": "d"}),
        (
            "postgresql://u@h/d?schema=app&sslmode=require",
            {"user": "u", "host": "h", "dbname": "d", "sslmode": "require"},
        ),
        (
            "postgresql://u@h/d?sslmode=verify-full&sslrootcert=%2Fca.pem&pool_timeout=0",
            {"user": "u", "host": "h", "dbname": "d", "sslmode": "verify-full", "sslrootcert": "/ca.pem"},
        ),
        (
            "postgresql://u@h/d?channel_binding=require",
            {"user": "u", "host": "h", "dbname": "d", "channel_binding": "require"},
        ),
        (
            "postgresql://u@h/d?application_name=other",
            {"user": "u", "host": "h", "dbname": "d", "application_name": "other"},
        ),
        ("postgresql://u@h/d?connect_timeout=30", {"user": "u", "host": "h", "dbname": "d", "connect_timeout": "30"}),
        ("postgresql://u@h/d?connect_timeout=0", {"user": "u", "host": "h", "dbname": "d"}),
        ("postgresql://u@h/d?supa=base-pooler.x&foo=", {"user": "u", "host": "h", "dbname": "d"}),
        ("postgresql://u@h/d?sslmode=", {"user": "u", "host": "h", "dbname": "d"}),
        ("postgresql://u@h/d?", {"user": "u", "host": "h", "dbname": "d"}),
        ("postgresql://u@h/d?ssl=true", {"user": "u", "host": "h", "dbname": "d", "sslmode": "require"}),
        (
            "postgresql://u@localhost/d?host=/var/run/postgresql/",
            {"user": "u", "host": "/var/run/postgresql/", "dbname": "d"},
        ),
        (
            "postgresql://u@/d?host=%2Ftmp%2Fa%20b&port=5433",
            {"user": "u", "host": "/tmp/a b", "port": "5433", "dbname": "d"},
        ),
        ("postgresql://u@%2Ftmp%2Fs/d", {"user": "u", "host": "/tmp/s", "dbname": "d"}),
        ("postgresql://u:p%40%2F%3A%23%3F%25@h/d", {"user": "u", "password": "p@/:#?%", "host": "h", "dbname": "d"}),
        ("postgresql://u:wha?t=1&x#@h/d", {"user": "u", "password": "wha?t=1&x#", "host": "h", "dbname": "d"}),
        ("postgresql://u@[::1]:5433/d", {"user": "u", "host": "::1", "port": "5433", "dbname": "d"}),
        (
            "postgresql://u@a:1,b:2/d?target_session_attrs=read-write",
            {"user": "u", "host": "a,b", "port": "1,2", "dbname": "d", "target_session_attrs": "read-write"},
        ),
        ("host=h dbname=d user=u password='it''s'", None),
        (
            r"host=h  dbname = d user=u password='it\'s a \\'",
            {"user": "u", "password": "it's a \\", "host": "h", "dbname": "d"},
        ),
        ("host=/tmp dbname=d schema=app pgbouncer=true", {"host": "/tmp", "dbname": "d"}),
    ],
)
def test_libpq_gets_what_it_understands_and_nothing_else(url: str, expected: dict[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(UsageError):
            parameters(url)
    else:
        assert parameters(url) == expected


PRISMA_PARAMETERS = [
    "connection_limit",
    "max_connection_lifetime",
    "max_idle_connection_lifetime",
    "pgbouncer",
    "pool_timeout",
    "schema",
    "single_use_connections",
    "socket_timeout",
    "sslaccept",
    "sslidentity",
    "statement_cache_size",
]


@pytest.mark.parametrize("name", PRISMA_PARAMETERS)
def test_each_of_prismas_own_parameters_is_taken_out_and_named(name: str) -> None:
    dsn = clean_dsn(f"{POOLER}?{name}=1&sslmode=require")
    assert name not in conninfo_to_dict(dsn.conninfo)
    assert dsn.taken_out == (name,)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sslcert=ca.pem", {"sslrootcert": "ca.pem"}),
        ("sslcert=ca.pem&sslrootcert=mine.pem", {"sslrootcert": "mine.pem"}),
        ("sslcert=me.crt&sslkey=me.key&sslpassword=x", {"sslcert": "me.crt", "sslkey": "me.key", "sslpassword": "x"}),
        ("sslidentity=me.p12&sslpassword=x", {}),
        ("sslaccept=accept_invalid_certs&sslmode=require", {"sslmode": "require"}),
        ("sslaccept=strict", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("sslaccept=strict&sslmode=require&sslcert=ca.pem", {"sslmode": "verify-full", "sslrootcert": "ca.pem"}),
        ("sslaccept=strict&sslmode=disable", {"sslmode": "disable"}),
    ],
)
def test_prismas_tls_parameters_keep_their_meaning(query: str, expected: dict[str, str]) -> None:
    found = parameters(f"postgresql://h/d?{query}")
    assert {key: value for key, value in found.items() if key.startswith("ssl")} == expected


@pytest.mark.parametrize(
    ("url", "schema"),
    [
        ("postgresql://h/d?schema=app", "app"),
        ("postgresql://h/d?schema=My%20App", "My App"),
        ("postgresql://h/d?schema=", None),
        ("postgresql://h/d", None),
        ("host=h schema=app", "app"),
    ],
)
def test_the_schema_is_honoured(url: str, schema: str | None) -> None:
    assert clean_dsn(url).schema == schema


def test_every_wait_of_a_connection_is_bounded() -> None:
    assert ADDED.items() <= conninfo_to_dict(clean_dsn("postgresql://h/d").conninfo).items()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "s3cret",
        "mysql://u:s3cret@h/d",
        "https://u:s3cret@h/d",
        "postgresql://u:s3cret@h:port/d",
        "postgresql://u:s3cret%zz@h/d",
        "postgresql://u:s3%00cret@h/d",
        "postgresql://u:s3cret%FF@h/d",
        "postgresql://u:s3cret@h/d?user=%FF",
        "postgresql://u:s3cret/x@h/d",
        "postgresql://u:p@s3cret@h/d",
        "postgresql://u:s3cret@[::1/d",
        "postgresql://u:s3cret@h/d?sslmode",
        "postgresql://u:s3cret@h/d?sslmode=%zz",
        "postgresql://u:s3cret@h/d?a-b=c",
        "postgresql://u:s3cret@h..x/d",
        "host=h password='s3cret",
        "host=h password=s3cret\0",
        "postgresql://u:s3cret@h/d?user=a\0",
        "host=h password=s3cret dbname",
        "host=h = s3cret",
    ],
)
def test_a_malformed_string_is_refused_and_no_part_of_it_is_shown(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        clean_dsn(url, name="DATABASE_URL from .env line 7")
    message = "".join(traceback.format_exception(caught.value))
    assert "DATABASE_URL from .env line 7" in message
    assert "s3cret" not in message
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("parameter", "meant"),
    [("sslmod", "sslmode"), ("SSLMODE", "sslmode"), ("sslrootcerts", "sslrootcert"), ("pg_bouncer", "pgbouncer")],
)
def test_a_misspelt_parameter_is_no_foreign_one(parameter: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"{parameter}.*Is it {meant}"):
        clean_dsn(f"{POOLER}?{parameter}=require")


@pytest.mark.parametrize("placeholder", ["[YOUR-PASSWORD]", "%5BYOUR-PASSWORD%5D", "[PASSWORD]"])
def test_the_placeholder_of_a_copied_string_is_noticed(placeholder: str) -> None:
    with pytest.raises(UsageError, match="placeholder"):
        clean_dsn(f"postgresql://postgres:{placeholder}@h/d")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (POOLER, "aws-0-eu.pooler.supabase.com:6543/postgres"),
        ("postgresql://u:s3cret@h", "h:5432/u"),
        ("postgresql://", "localhost:5432/?"),
        ("postgresql:///d?host=/tmp", "/tmp:5432/d"),
    ],
)
def test_messages_can_say_where_the_database_is(url: str, place: str) -> None:
    assert clean_dsn(url).place == place


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (POOLER, "postgresql://postgres.abc:***@aws-0-eu.pooler.supabase.com:6543/postgres"),
        ("postgresql://h/d?password=s3cret", "postgresql://h:5432/d"),
        ("host=h user=u password=s3cret dbname=d", "postgresql://u:***@h:5432/d"),
        ("postgresql://u:s3cret%zz@h", "***"),
        ("nonsense s3cret", "***"),
    ],
)
def test_a_masked_string_shows_the_place_and_not_the_password(url: str, expected: str) -> None:
    assert masked(url) == expected


@given(st.text(min_size=1).filter(lambda text: "\0" not in text and text.isprintable()))
def test_any_password_arrives_when_it_is_percent_encoded_and_is_never_shown(password: str) -> None:
    url = f"postgresql://u:{quote(password, safe='')}@h:5432/d?schema=app"
    if not (password.startswith("[") and password.endswith("]")):
        dsn = clean_dsn(url)
        assert conninfo_to_dict(dsn.conninfo)["password"] == password
        assert repr(dsn) == repr(clean_dsn("postgresql://u:other@h:5432/d?schema=app"))


@given(st.text())
def test_whatever_the_text_it_is_a_connection_string_or_a_usage_error(text: str) -> None:
    try:
        dsn = clean_dsn(text)
    except UsageError:
        return
    assert conninfo_to_dict(dsn.conninfo)
    assert masked(text).startswith("postgresql://")


@given(st.text(alphabet="abc@:/?&=%#[]0 '\\,", max_size=40))
@example("%a0")
def test_whatever_follows_the_scheme_it_is_a_connection_string_or_a_usage_error(text: str) -> None:
    try:
        dsn = clean_dsn(f"postgresql://{text}")
    except UsageError:
        return
    assert conninfo_to_dict(dsn.conninfo)
