"""Generations in schemas of a PostgreSQL database: rights that are missing, and schemas that go."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import NewEngine
from tests.engines import Engine
from tests.scenarios import NOW, FakeClock, open_log, reported, submission
from timeline.errors import StoreUnusable
from timeline.projections.engines import generations_of
from timeline.projections.projection import VERSION
from timeline.projections.running import Runner
from timeline.store.addresses import PostgresAddress, parse_address


@pytest.fixture
def engine(make_engine: NewEngine) -> Iterator[Engine]:
    with make_engine("postgres") as made:
        yield made


def address_of(engine: Engine) -> PostgresAddress:
    address = parse_address(engine.store)
    assert isinstance(address, PostgresAddress)
    return address


def test_a_role_that_may_make_no_schema_is_told_so(engine: Engine) -> None:
    role = f"reader_of_{engine.schema}"
    with open_log(engine, FakeClock(NOW)) as log:
        log.record(submission(reported()))
        engine.sql(f"CREATE ROLE {role} LOGIN")
        engine.sql(f"GRANT USAGE ON SCHEMA {engine.schema} TO {role}")
        engine.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {engine.schema} TO {role}")
        address = address_of(engine)
        limited = PostgresAddress({**address.parameters, "user": role}, address.schema)
        runner = Runner(log, generations_of(limited))

        with pytest.raises(StoreUnusable, match="permission denied"):
            runner.catch_up()

        runner.close()
        engine.sql(f"DROP OWNED BY {role}")
        engine.sql(f"DROP ROLE {role}")


def test_rows_that_were_dropped_are_built_anew(engine: Engine) -> None:
    with open_log(engine, FakeClock(NOW)) as log:
        log.record(submission(reported()))
        generations = generations_of(log.address)
        runner = Runner(log, generations)
        runner.catch_up()
        with psycopg.connect(engine.url, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {engine.schema}_rows_{VERSION}_1 CASCADE".encode())
        log.record(submission(reported("ua-mod"), message="another"))
        with pytest.raises(StoreUnusable):
            runner.catch_up()

        generations.look_again()

        assert runner.catch_up().fetch("SELECT position FROM progress") == [(2,)]
        runner.close()


def test_rows_are_read_and_written_on_after_the_server_dropped_their_connections(engine: Engine) -> None:
    asked = "SELECT position FROM progress"
    drop = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = '{asked}' AND pid <> pg_backend_pid()"
    with open_log(engine, FakeClock(NOW)) as log:
        log.record(submission(reported()))
        runner = Runner(log, generations_of(log.address))
        rows = runner.catch_up()
        rows.fetch(asked)

        assert engine.sql(drop)
        assert rows.fetch(asked) == [(1,)]
        assert engine.sql(drop)
        with rows.writing() as writing:
            assert writing.fetch(asked) == [(1,)]
        runner.close()
