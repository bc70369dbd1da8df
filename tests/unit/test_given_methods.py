"""Methods that take the draws of an ordinary run: exact values, other tools, hard inputs."""

import json

import numpy as np
import pytest
from SALib.analyze import delta as salib_delta
from SALib.analyze import pawn as salib_pawn
from SALib.analyze import rbd_fast as salib_rbd
from scipy import stats

from mcsus.analysis import chaos, given_draws
from mcsus.analysis.base import DrawnValues, methods
from mcsus.analysis.replication import student_quantile
from mcsus.errors import InputError
from mcsus.runner import run
from mcsus.runner.given_values import DrawRun
from mcsus.study import load_study

SHARES = np.array([0.5, 0.3, 0.2])  # of the variance of a sum of normal inputs
ALL = ("given_data", "rbd_fast", "delta", "pawn", "correlation")
ERRORS = 5


def replicates(inputs, output, count=16):
    kept = {}
    parts = zip(np.split(inputs, count, axis=1), np.split(output, count), strict=True)
    return [DrawnValues(*own, kept) for own in parts]


def values(name, inputs, output, count=16):
    return methods()[name].pool(replicates(inputs, output, count)).values


def linear(draws=1 << 15, seed=1):
    inputs = np.random.default_rng(seed).standard_normal((4, draws))
    return inputs, np.sqrt(SHARES) @ inputs[:3]


def within(found, key, exact):
    off = np.abs(found[key] - exact)
    assert (off <= ERRORS * found[f"{key}_error"] + 1e-12).all(), (key, found[key], exact)
    assert (found[f"{key}_error"] < 0.02).all()


def given(rho, slices):
    """Distributions of a normal output at 999 quantiles, in slices of an input, and its ranks."""
    inside = (np.arange(slices * 20) + 0.5) / (slices * 20)
    x, places = stats.norm.ppf(inside), np.arange(1, 1000) / 1000
    below = stats.norm.cdf((stats.norm.ppf(places) - rho * x[:, None]) / np.sqrt(1 - rho**2))
    return below.reshape(slices, 20, -1).mean(axis=1), places


def exact_delta(rho):
    below, places = given(rho, 60)
    masses = np.diff(below, axis=1, prepend=0.0, append=1.0)
    return 0.5 * np.abs(masses - np.diff(places, prepend=0.0, append=1.0)).sum(axis=1).mean()


def test_sum_of_normal_inputs():
    inputs, output = linear()
    wanted = np.append(SHARES, 0.0)
    for name in ("given_data", "rbd_fast"):
        found = values(name, inputs, output)
        within(found, "S1", wanted)
        within(found, "dummy", 0.0)
    found = values("delta", inputs, output)
    within(found, "delta", [*(exact_delta(np.sqrt(share)) for share in SHARES), 0.0])
    within(found, "dummy", 0.0)
    found = values("pawn", inputs, output)
    below = [np.abs(np.subtract(*given(np.sqrt(share), 10))).max(axis=1) for share in SHARES]
    within(found, "median", [*(np.median(own) for own in below), 0.0])
    within(found, "maximum", [*(own.max() for own in below), 0.0])
    within(found, "dummy_median", 0.0)


def test_delta_of_a_law_with_fine_edges():
    """Ishigami's: singular where a sine turns, which chance hides from draws that decide."""
    exact = {0: 0.262861, 2: 0.210188}
    off = []
    for seed in range(8):
        points = [stats.qmc.Sobol(3, seed=100 * seed + k).random(1024) for k in range(16)]
        x = np.pi * (2 * np.concatenate(points).T - 1)
        y = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
        found = values("delta", x, y)
        off += [(found["delta"][k] - own) / found["delta_error"][k] for k, own in exact.items()]
    assert np.mean(off) > -1.0


def test_regressions_of_a_sum_of_normal_inputs():
    inputs, output = linear()
    noise = np.random.default_rng(9).standard_normal(output.size)
    found = values("correlation", inputs, output + noise)
    slopes = np.sqrt(np.append(SHARES, 0.0) / 2)
    for key in ("pearson", "SRC"):
        within(found, key, slopes)
    within(found, "PCC", slopes / np.sqrt(slopes**2 + 0.5))
    within(found, "R2", 0.5)
    ranks = 6 / np.pi * np.arcsin(slopes / 2)
    within(found, "spearman", ranks)
    within(found, "contribution", ranks**2 / (ranks**2).sum())
    order = np.argsort(np.argsort(inputs, axis=1), axis=1)
    plain = stats.spearmanr(order[0], output + noise).statistic
    assert found["spearman"][0] == pytest.approx(plain, abs=1e-12)
    table = np.column_stack([inputs.T, np.ones(output.size)])
    lines = np.linalg.lstsq(table, output + noise, rcond=None)[0][:4]
    scale = inputs.std(axis=1) / (output + noise).std()
    assert found["SRC"] == pytest.approx(lines * scale, abs=1e-12)


def test_errors_of_ranks_are_told_without_each_block():
    """A block moves the ranks of all others: as if they were ranked again without it."""
    random = np.random.default_rng(2)
    inputs = np.array([random.integers(0, 3, 4096), random.random(4096)]).astype(float)
    output = inputs[0] * (1 + (random.random(4096) < 0.3)) + inputs[1]
    without = []
    for block in np.split(np.arange(4096), 16):
        own = np.array([*inputs, output])[:, np.setdiff1d(np.arange(4096), block)]
        without.append(np.linalg.inv(np.corrcoef(stats.rankdata(own, axis=1))))
    partial = np.array([-own[:2, 2] / np.sqrt(np.diag(own)[:2] * own[2, 2]) for own in without])
    scores = np.arctanh(partial)
    wanted = np.sqrt(15 / 16 * ((scores - scores.mean(axis=0)) ** 2).sum(axis=0))
    found = values("correlation", inputs, output)
    told = found["PRCC_error"] / (1 - found["PRCC"] ** 2)
    assert (told > 0.97 * wanted).all()
    assert (told < 1.35 * wanted).all()  # they are lopsided, and the farther bound decides


def test_lines_through_a_long_tail_are_told_to_be_unsettled():
    scores = np.random.default_rng(4).standard_normal((3, 4096))
    spreads = np.array([0.3, 0.6, 1.0])
    for scale, told in ((1.0, True), (0.2, False)):
        found = methods()["correlation"].pool(replicates(scores, np.exp(scale * spreads @ scores)))
        assert bool(found.doubt) is told


def test_a_line_without_noise_is_explained_to_the_end():
    inputs, output = linear(1 << 12)
    found = values("correlation", inputs, output)
    assert found["R2"] == pytest.approx(1, abs=1e-12)
    assert found["PCC"][:3] == pytest.approx(1, abs=1e-9)
    assert found["PCC"][3] == pytest.approx(0, abs=1e-6)  # of rounding, by rounding
    assert found["PCC_error"][3] < 1e-6


def test_ishigami_and_the_g_function():
    random = np.random.default_rng(2).random((8, 1 << 16))
    x = np.pi * (2 * random[:3] - 1)
    output = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    for name in ("given_data", "rbd_fast"):
        within(values(name, x, output), "S1", [0.313905191, 0.442411145, 0.0])
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])[:, np.newaxis]
    output = np.prod((np.abs(4 * random - 2) + a) / (1 + a), axis=0)
    first = [0.716192, 0.179048, 0.023676, 0.007162, *[0.000072] * 4]
    within(values("given_data", random, output), "S1", first)


@pytest.mark.parametrize("name", ["given_data", "rbd_fast"])
def test_replicates_that_agree_by_chance_know_shares_of_draws_to_about_a_draw(name):
    drawn = np.random.default_rng(4)
    b, d = (drawn.random(256) < 0.25).astype(float), drawn.choice([1.0, 2.0, 5.0], 256)
    inputs = np.tile([b, d], 4)
    found = values(name, inputs, inputs[1] * (1 + inputs[0]), 4)
    assert (found["S1_error"] > 1e-4).all()  # it was 0
    assert (found["S1_error"] < 0.02).all()


def test_correlations_of_replicates_that_agree_by_chance_are_known_to_about_a_draw():
    drawn = np.random.default_rng(4)
    b, d = (drawn.random(256) < 0.25).astype(float), drawn.choice([1.0, 2.0, 5.0], 256)
    inputs = np.tile([b, d, drawn.random(256)], 4)
    found = values("correlation", inputs, inputs[1] * (1 + inputs[0]) + inputs[2], 4)
    for key in ("pearson", "spearman"):
        assert (found[f"{key}_error"][0] > 1e-3).all()  # it was 0
        assert (found[f"{key}_error"] < 0.01).all()
    found = values("correlation", inputs[:1], inputs[0] + inputs[2], 4)
    assert found["pearson_error"][0] < 1e-9  # no two inputs have few values


@pytest.mark.parametrize("name", ["given_data", "rbd_fast"])
def test_steps_and_corners_are_told_to_the_end(name):
    """Of 4 blocks of 1,024 Sobol' points: a step in a uniform input, and exp of a normal one."""
    u = np.hstack([stats.qmc.Sobol(2, seed=k).random(1024).T for k in range(4)])
    z = stats.norm.ppf(u)
    for output, exact in (
        (np.where(u[0] < 0.3, 1.0, 0.0) + z[1], 0.21 / 1.21),
        (np.exp(z[0] / 2), 1),
    ):
        found = values(name, z, output, 4)
        off = abs(found["S1"][0] - exact)
        assert off <= 3.18 * found["S1_error"][0] + 1e-3 * exact
        assert found["S1_error"][0] < 0.02


@pytest.mark.parametrize("name", ["given_data", "rbd_fast"])
@pytest.mark.parametrize(("low", "high"), [(0.99, 1), (0.999, 1), (0.502, 0.512)])
def test_events_that_are_rarer_than_a_class_has_draws(name, low, high):
    """Of 16 blocks: classes and waves are too wide for them, so that steps are looked for."""
    u = np.hstack([stats.qmc.Sobol(3, seed=k).random(1024).T for k in range(16)])
    z, rare = stats.norm.ppf(u), high - low
    output = z[0] + z[1] / 2 + np.where((u[2] > low) & (u[2] < high), 1 / np.sqrt(rare), 0.0)
    shares = np.array([1, 0.25, 1 - rare])
    found = values(name, u, output, 16)
    off = np.abs(found["S1"] - shares / shares.sum())
    assert (off <= ERRORS * found["S1_error"]).all()
    assert (found["S1_error"] < 0.04).all()


def test_waves_that_are_too_fast_for_it_are_told():
    u = np.hstack([stats.qmc.Sobol(2, seed=k).random(1024).T for k in range(16)])
    output = np.sin(2 * np.pi * 20 * u[0]) + u[1]
    pooled = methods()["rbd_fast"].pool(replicates(u, output))
    off = abs(pooled.values["S1"][0] - 6 / 7)
    assert off <= ERRORS * pooled.values["S1_error"][0]
    assert "fast waves" in pooled.doubt


def test_pawn_says_where_its_slices_are_too_wide():
    u = np.random.default_rng(2).random((2, 16384))
    for waves, unseen in ((8, True), (1, False)):
        output = np.sin(2 * np.pi * waves * u[0]) + u[1]
        doubt = methods()["pawn"].pool(replicates(u, output)).doubt
        assert ("to and fro" in doubt) == unseen


def test_inputs_with_steps_and_outputs_that_jump():
    """y = b d + u, b Bernoulli(.3) and d of 1, 2, 5: by moments; x1 x2 above a step: by integrals.

    Harmonics are not orthogonal over ranks with steps, and leave out some of a jump.
    """
    drawn = np.random.default_rng(3)
    b, u = (drawn.random(1 << 15) < 0.3).astype(float), drawn.random(1 << 15)
    d = drawn.choice([1.0, 2.0, 5.0], 1 << 15, p=[0.5, 0.3, 0.2])
    mean, square = 2.1, 0.5 + 0.3 * 4 + 0.2 * 25
    parts = np.array([0.21 * mean**2, 0.09 * (square - mean**2), 1 / 12])
    whole = 0.3 * square - (0.3 * mean) ** 2 + 1 / 12
    within(values("rbd_fast", np.array([b, d, u]), b * d + u), "S1", parts / whole)
    x = drawn.random((2, 1 << 15))
    variance = (7 / 24) / 3 - (3 / 16) ** 2
    first = ((7 / 24) / 4 - (3 / 16) ** 2) / variance, ((3 / 8) ** 2 / 12) / variance
    within(values("rbd_fast", x, np.where(x[0] < 0.5, 0, x[0] * x[1])), "S1", first)


def test_distances_of_a_law_with_steps():
    """A step is not smooth: what draws say as they are decides where it tells more."""
    random = np.random.default_rng(7)
    steps = random.choice([1.0, 2.0, 5.0], 1 << 14, p=[0.3, 0.3, 0.4])
    inputs = np.array([steps, random.random(1 << 14) < 0.25, random.random(1 << 14)])
    found = values("pawn", inputs, inputs[0] * (1 + inputs[1]) + inputs[2])
    for key, exact in (("median", [0.525, 0.2, 0.21]), ("maximum", [0.6, 0.3, 0.27])):
        within(found, key, exact)
    found = values("delta", inputs, inputs[0] * (1 + inputs[1]) + inputs[2])
    exact = np.array([0.585, 0.2625, 1.0])  # given the last one, the output has five values
    assert (np.abs(found["delta"] - exact) <= student_quantile(16) * found["delta_error"]).all()


def test_dependent_inputs_are_told_what_others_say():
    """Full first order of Kucherenko's linear case: an input with what depends on it."""
    inputs, _ = linear()
    x = np.array([inputs[0], inputs[1], inputs[1] + np.sqrt(3) * inputs[2]])
    within(values("given_data", x, x.sum(axis=0)), "S1", [0.125, 0.5, 0.78125])


def test_other_tools_agree():
    inputs, output = linear(1 << 14)
    about = {"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4}
    theirs = salib_rbd.analyze(about, inputs.T, output, num_resamples=2, seed=1)["S1"]
    ours = values("rbd_fast", inputs, output)
    assert (np.abs(ours["S1"] - theirs) <= ERRORS * ours["S1_error"] + 20 / output.size).all()
    theirs = salib_pawn.analyze(about, inputs.T, output)
    ours = values("pawn", inputs, output)
    chance = 0.87 * np.sqrt(10 / output.size)  # of a distance of what is drawn
    for key, other in (("median", "median"), ("maximum", "maximum")):
        off = theirs[other][:3] - ours[key][:3]
        assert (np.abs(off) <= ERRORS * ours[f"{key}_error"][:3] + chance).all()
    assert theirs["median"][3] > chance / 2 > np.abs(ours["median"][3])
    ends = np.linspace(0, output.size, 33)
    grid = np.linspace(output.min(), output.max(), 100)
    theirs = [salib_delta.calc_delta(output, grid, own, ends) for own in inputs[:2]]
    ours = values("delta", inputs, output)
    assert (np.abs(ours["delta"][:2] - theirs) <= 0.02).all()  # theirs is smoothed


@pytest.mark.parametrize("name", ALL)
def test_hard_inputs(name):
    """Ties, a constant, an input twice, an output with an atom: numbers, and no warning."""
    random = np.random.default_rng(3)
    normal = random.standard_normal((2, 4096))
    flag = (random.random(4096) < 0.3).astype(float)
    inputs = np.array([normal[0], flag, np.full(4096, 2.0), normal[0], np.round(normal[1])])
    output = np.where(random.random(4096) < 0.5, 0.0, normal[0] + 2 * flag)
    found = values(name, inputs, output)
    known = methods()[name].ranking(found)
    assert np.isfinite(known).all()
    assert known[2] == pytest.approx(0.0, abs=1e-9)
    assert known[0] == pytest.approx(known[3], abs=1e-9)
    assert set(np.argsort(-known)[:3]) == {0, 1, 3}
    unknown = {key for key, own in found.items() if not np.isfinite(own).all()}
    assert unknown <= {"SRC", "PCC", "SRRC", "PRCC", *(f"{k}_error" for k in unknown)}


def test_an_output_that_is_an_input_alike_in_all_replicates():
    """Blocks that agree to the last bit leave nothing that is not known."""
    own = np.tile(np.random.default_rng(5).permutation(1 << 10).astype(float), 4)
    found = values("given_data", own[np.newaxis], own, 4)
    assert np.abs(found["S1"] - 1) <= ERRORS * found["S1_error"]
    assert (found["S1_error"] < 2e-4).all()


def test_a_flag_has_its_exact_share():
    random = np.random.default_rng(4)
    flag = (random.random(1 << 14) < 0.3).astype(float)
    output = 2 * flag + random.standard_normal(1 << 14)
    within(values("given_data", flag[np.newaxis], output), "S1", 0.84 / 1.84)
    far = 2 * stats.norm.cdf(1) - 1  # distance of two normal laws two apart
    within(values("delta", flag[np.newaxis], output), "delta", 2 * 0.3 * 0.7 * far)


@pytest.mark.parametrize("name", ALL)
def test_one_replicate_has_no_errors(name):
    inputs, output = linear(1 << 12)
    found = values(name, inputs, output, 1)
    several = values(name, inputs, output)
    for entry in methods()[name].arrays:
        assert np.isnan(found[entry.error]).all()
        off = np.abs(found[entry.name] - several[entry.name])
        assert (off <= ERRORS * np.maximum(several[entry.error], 0.01)).all()


@pytest.mark.parametrize("name", ALL)
def test_what_does_not_vary_has_no_indices(name):
    inputs, output = linear(1 << 10)
    method = methods()[name]
    still = [method.still(own) for own in replicates(inputs, 0 * output, 4)]
    found = method.pool(still).values
    assert all(np.isnan(own).all() for own in found.values())
    assert set(found) == {own.name for entry in method.arrays for own in entry.variables}


STUDY = """
schema = "mcsus/1"
id = "given"
parameters.a = { distribution = "normal", mean = 0, sd = 1, unit = "kg", source = "a test" }
parameters.b = { distribution = "normal", mean = 0, sd = 1, unit = "kg", source = "a test" }
dims.kind = ["one", "two"]
parameters.weight.unit = "1"
parameters.weight.source = "a test"
parameters.weight.by.kind.one = { distribution = "constant", value = 1 }
parameters.weight.by.kind.two = { distribution = "constant", value = 2 }
equations.y = { formula = "a + weight * b", unit = "kg" }
outputs.y = "kg"
design = { draws = 1024, replicates = 4 }
sensitivity = { methods = METHODS }
"""


def study(tmp_path, extra="", named=ALL):
    path = tmp_path / "given.toml"
    path.write_text(STUDY.replace("METHODS", json.dumps(list(named))) + extra)
    return path


@pytest.mark.slow
def test_from_a_study_file(tmp_path):
    path = study(tmp_path)
    result = run(load_study(path))
    cells = result.to_dict()["sensitivity"]["y"]["cells"]
    assert [(own["method"], own["labels"]["kind"]) for own in cells] == [
        (name, kind) for name in ALL for kind in ("one", "two")
    ]
    two = next(own for own in cells if own["labels"]["kind"] == "two")
    assert two["ranking"] == ["b", "a"]
    assert two["indices"]["b"]["S1"]["value"] == pytest.approx(0.8, abs=0.01)
    assert abs(two["dummy"]["value"]) < ERRORS * two["dummy"]["error"]
    assert result.tree["sensitivity/y@pawn"]["median"].dims == ("kind", "input")


JOINED = '[[dependence]]\nparameters = ["a", "b"]\ncopula = "gaussian"\ncorrelation = 0.5\n'


def test_indices_of_independent_inputs_are_refused_where_they_are_not(tmp_path):
    with pytest.raises(InputError, match=r"RBD-FAST.*and 'a' and 'b' depend on each other"):
        run(load_study(study(tmp_path, JOINED, ["rbd_fast"])))


def test_methods_share_the_draws_that_they_look_at(tmp_path, monkeypatch):
    """They are drawn, and their inputs put in order, once; each says what it says alone."""
    made, values = [], DrawRun.values
    monkeypatch.setattr(
        DrawRun, "values", lambda own, *a, **k: made.append(1) or values(own, *a, **k)
    )
    together = run(load_study(study(tmp_path, "", ALL))).tree
    assert len(made) == 1
    for name in ALL:
        alone = run(load_study(study(tmp_path, "", [name]))).tree
        for key, array in alone[f"sensitivity/y@{name}"].data_vars.items():
            np.testing.assert_array_equal(array, together[f"sensitivity/y@{name}"][key])


def test_what_one_method_keeps_leaves_room_for_the_next(tmp_path, monkeypatch):
    """The polynomials of two cells are made once, though other methods were there before."""
    made, looked = [], chaos._looked
    monkeypatch.setattr(chaos, "_looked", lambda draws: made.append(1) or looked(draws))
    monkeypatch.setattr(given_draws, "_MOST_KEPT", 14)
    run(load_study(study(tmp_path, "", [*ALL, "polynomial_chaos"])))
    assert len(made) == 1


@pytest.mark.slow
def test_draws_tell_what_an_input_says_of_those_that_depend_on_it(tmp_path):
    result = run(load_study(study(tmp_path, JOINED, ["given_data"])))
    cell = result.to_dict()["sensitivity"]["y"]["cells"][0]
    assert cell["indices"]["a"]["S1"]["value"] == pytest.approx(0.75, abs=0.02)
