"""Energy of each trial: with a trial of our own, and with Optuna where it is installed."""

import threading
import time

import pytest

from lca_ai.errors import InputError
from lca_ai.integrations.optuna import CLIMATE_CHANGE, ENERGY, measured


class Trial:
    def __init__(self, number):
        self.number, self.user_attrs = number, {}

    def set_user_attr(self, name, value):
        self.user_attrs[name] = value


def joules(trial):
    return trial.user_attrs[ENERGY] * 3.6e6


def test_a_trial_has_its_energy_and_climate_change(measurement, checked):
    trial = Trial(3)
    with measurement as window:
        objective = measured(lambda _: time.sleep(0.2) or 1.5, window, location="FR")
        assert objective(trial) == 1.5
    assert joules(trial) == pytest.approx(20.0, abs=3.0)
    assert 0.01 < trial.user_attrs[CLIMATE_CHANGE] / trial.user_attrs[ENERGY] < 0.2  # France: some 70 g/kWh
    assert checked(window) == [".", "trial 3"]


def test_a_trial_that_fails_has_its_energy_too(measurement):
    trial = Trial(0)

    def fails(_):
        time.sleep(0.1)
        raise ValueError("diverged")

    with measurement as window, pytest.raises(ValueError, match="diverged"):
        measured(fails, window)(trial)
    assert joules(trial) == pytest.approx(10.0, abs=3.0)


def test_trials_at_the_same_time_share_what_is_drawn(measurement, checked):
    trials = [Trial(number) for number in range(4)]
    barrier = threading.Barrier(4)
    with measurement as window:
        objective = measured(lambda _: (barrier.wait(), time.sleep(0.4), barrier.wait()), window)
        threads = [threading.Thread(target=objective, args=(one,)) for one in trials]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert [joules(one) for one in trials] == pytest.approx([10.0] * 4, abs=3.0)
    assert sum(joules(one) for one in trials) <= 3.6e6 * window.energy.to("kWh").magnitude + 1e-6
    assert sorted(checked(window)) == [".", *(f"trial {number}" for number in range(4))]


def test_an_unknown_place_is_told_before_any_trial(measurement):
    with measurement as window, pytest.raises(InputError, match="unknown grid zone"):
        measured(lambda _: 0.0, window, location="Frnace")


@pytest.mark.filterwarnings("default")
def test_a_study_of_optuna(measurement, checked):
    optuna = pytest.importorskip("optuna", reason="Optuna is not installed")
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial):
        time.sleep(0.05)
        if trial.number == 1:
            raise optuna.TrialPruned
        return trial.suggest_float("x", -1.0, 1.0) ** 2

    study = optuna.create_study()
    with measurement as window:
        study.optimize(measured(objective, window), n_trials=3)
    assert [one.state.name for one in study.trials] == ["COMPLETE", "PRUNED", "COMPLETE"]
    assert all(5.0 <= joules(one) < 30.0 for one in study.trials)
    assert checked(window) == [".", "trial 0", "trial 1", "trial 2"]
