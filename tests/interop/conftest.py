"""The peers, or a skip that says why there are none; and a farm for each test."""

import pytest

import farms
import world


@pytest.fixture(scope="session")
def env():
    """The environment that the peers' programs run in."""
    found, why = world.environment()
    if found is None:
        pytest.skip("no peers, so nothing is compared: " + why)
    return found


@pytest.fixture
def farm(tmp_path, env):
    made = farms.Farm(tmp_path, env)
    yield made
    made.stop()
