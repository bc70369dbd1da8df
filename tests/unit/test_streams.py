"""Streams: known answers, the net property, what may change a draw, kernels bit for bit."""

import hashlib
import itertools
import re
import subprocess
import sys

import numpy as np
import pytest

from mcsus.errors import InputError
from mcsus.streams import Design, point_loops, points, stream_keys
from mcsus.streams.design import MAX_SEED
from mcsus.streams.philox import philox4x32, to_uniform, uniforms
from mcsus.streams.sobol import (
    BITS,
    MAX_DIMENSIONS,
    block_table,
    directions,
    integers,
    scrambled_directions,
)

SOBOL = Design(kind="sobol", draws=1024, replicates=4, seed=7)
MONTE_CARLO = Design(kind="monte_carlo", draws=1000, replicates=4, seed=7)
FROZEN_SOBOL = [
    "0x1.8d50db42fc502p-2",
    "0x1.96a0cfcd24e2dp-1",
    "0x1.129c40c6f63adp-1",
    "0x1.c19581259d910p-5",
]
FROZEN_PHILOX = [
    "0x1.4569a2f3c273fp-1",
    "0x1.70923052f306bp-1",
    "0x1.00f5f2aba7901p-1",
    "0x1.45066c0a19542p-2",
]
BOTH = pytest.mark.parametrize("design", [SOBOL, MONTE_CARLO], ids=lambda design: design.kind)


def names(count, prefix="p"):
    return [f"{prefix}{index}" for index in range(count)]


def draw(design, keys, replicate=0, start=0, count=1024):
    return points(design, range(len(keys)), keys, replicate, start, count)


class TestDesign:
    def test_fields_are_kept_and_numpy_integers_become_int(self):
        design = Design("monte_carlo", np.int64(1000), np.int32(3), np.uint64(MAX_SEED))
        assert design == Design("monte_carlo", 1000, 3, MAX_SEED)
        assert {type(design.draws), type(design.replicates), type(design.seed)} == {int}

    @pytest.mark.parametrize("exponent", [8, 16, 40])
    def test_sobol_takes_powers_of_two(self, exponent):
        assert Design("sobol", 2**exponent).draws == 2**exponent

    @pytest.mark.parametrize(
        ("draws", "below", "above"),
        [
            (1_000_000, "524288 (2^19)", "1048576 (2^20)"),
            (257, "256 (2^8)", "512 (2^9)"),
            (511, "256 (2^8)", "512 (2^9)"),
            (128, "256 (2^8)", "512 (2^9)"),
            (0, "256 (2^8)", "512 (2^9)"),
            (-4, "256 (2^8)", "512 (2^9)"),
            (2**41, f"{2**39} (2^39)", f"{2**40} (2^40)"),
        ],
    )
    def test_sobol_names_the_two_nearest_powers_of_two(self, draws, below, above):
        message = f"draws: found {draws}; allowed: a power of two from 2^8 to 2^40"
        nearest = f"the nearest are {below} and {above}"
        with pytest.raises(InputError, match=f"^{re.escape(message)}.*{re.escape(nearest)}$"):
            Design("sobol", draws)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"draws": 0}, "draws: found 0; allowed: a whole number from 1 to 2^40"),
            ({"draws": 2**40 + 1}, "draws: found 1099511627777; allowed: a whole number from 1"),
            ({"draws": 10.0}, "draws: found 10.0; allowed: a whole number from 1 to 2^40"),
            ({"draws": True}, "draws: found True; allowed: a whole number"),
            ({"kind": "sobol", "draws": "256"}, "draws: found '256'; allowed: a power of two"),
            ({"replicates": 0}, "replicates: found 0; allowed: a whole number from 1 to 2^20"),
            ({"seed": -1}, "seed: found -1; allowed: a whole number from 0 to 2^63 - 1"),
            ({"seed": 2**63}, f"seed: found {2**63}; allowed: a whole number from 0 to 2^63 - 1"),
            ({"kind": "montecarlo"}, "kind: found 'montecarlo'; allowed: 'sobol' or 'monte_carlo'"),
        ],
    )
    def test_refuses_bad_values(self, change, message):
        with pytest.raises(InputError, match=re.escape(message)) as caught:
            Design(**{"kind": "monte_carlo", "draws": 10, "replicates": 2, "seed": 1, **change})
        assert len(caught.value.faults) == 1

    def test_all_faults_at_once_and_nearest_kind(self):
        with pytest.raises(InputError, match="did you mean 'sobol'") as caught:
            Design("sobl", 0, 0, -1)
        assert [fault.where for fault in caught.value.faults] == [
            ("kind",),
            ("draws",),
            ("replicates",),
            ("seed",),
        ]


class TestKnownAnswers:
    # counter, key and output from Random123, tests/kat_vectors, lines "philox4x32 10"
    RANDOM123 = (
        ("00000000 00000000 00000000 00000000", "00000000 00000000",
         "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
         "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
         "d16cfe09 94fdcceb 5001e420 24126ea1"),
    )  # fmt: skip

    @pytest.mark.parametrize(("counter", "key", "output"), RANDOM123)
    def test_philox_gives_random123_answers(self, counter, key, output):
        counter, key, output = (
            [np.uint64(int(word, 16)) for word in text.split()] for text in (counter, key, output)
        )
        assert [int(word) for word in philox4x32(tuple(counter), tuple(key))] == output
        assert list(point_loops.philox4x32(*counter, *key)) == output

    def test_draws_are_the_top_52_bits_of_philox_pairs(self):
        counter = 2**32 + 5  # second word of the counter in use
        words = [int(word) for word in philox4x32((5, 1, 0, 0), (11, 13))]
        even, odd = (words[0] << 32 | words[1]) >> 12, (words[2] << 32 | words[3]) >> 12
        expected = [(even + 0.5) * 2.0**-52, (odd + 0.5) * 2.0**-52]
        assert uniforms((11, 13), 2 * counter, 2).tolist() == expected

    def test_key_is_the_documented_hash(self):
        message = (3).to_bytes(8, "little") + (2).to_bytes(8, "little") + "study:é".encode()
        digest = hashlib.blake2b(message, digest_size=8, person=b"mcsus/1 draws").digest()
        expected = int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")
        assert stream_keys.stream_words(stream_keys.MONTE_CARLO, 3, "study:é", 2) == expected

    # s, a (inner coefficients) and m of dimensions 2 to 7 in the file new-joe-kuo-6.21201
    # of S. Joe and F. Y. Kuo; their dimension 2 is our dimension 1.
    JOE_KUO = (
        (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]),
        (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]), (4, 4, [1, 3, 5, 13]),
    )  # fmt: skip

    def test_all_52_columns_follow_the_recurrence_of_joe_and_kuo(self):
        expected = [[1 << (BITS - 1 - column) for column in range(BITS)]]
        for degree, inner, initial in self.JOE_KUO:
            m = list(initial)
            while len(m) < BITS:
                number = m[-degree] ^ (m[-degree] << degree)
                for k in range(1, degree):
                    number ^= (m[-k] << k) * (inner >> (degree - 1 - k) & 1)
                m.append(number)
            expected.append([number << (BITS - 1 - j) for j, number in enumerate(m)])
        assert directions(range(7)).tolist() == expected

    @pytest.mark.parametrize(("dimensions", "count"), [(MAX_DIMENSIONS, 32), (50, 2048)])
    def test_unscrambled_points_are_scipys_in_natural_order(self, dimensions, count):
        from scipy.stats import qmc

        gray_ordered = qmc.Sobol(dimensions, scramble=False, bits=BITS).random(count)
        matrix = directions(range(dimensions))
        plain = integers(matrix, np.zeros(dimensions, dtype=np.uint64), 0, count)
        natural = plain.astype(float) * 2.0**-BITS
        index = np.arange(count)
        np.testing.assert_array_equal(gray_ordered, natural[index ^ (index >> 1)])

    def test_first_points_never_change(self):
        # Frozen: other values mean that every published number changes with them.
        assert [u.hex() for u in draw(SOBOL, names(2), count=2).ravel()] == FROZEN_SOBOL
        assert [u.hex() for u in draw(MONTE_CARLO, names(2), count=2).ravel()] == FROZEN_PHILOX


class TestScramble:
    def test_matrix_is_random_lower_unit_triangular(self):
        # Dimension 0 has the identity as generator matrix: its scramble is the matrix itself.
        matrix, _ = scrambled_directions(np.zeros(400, int), names(400), 1, 0)
        digits = (matrix[:, :, None] >> np.arange(BITS - 1, -1, -1, dtype=np.uint64)) & np.uint64(1)
        digits = digits.astype(float)  # [key, column, row], row 0 the most significant
        column, row = np.triu_indices(BITS, 1)
        assert (digits[:, row, column] == 0).all()  # above the diagonal
        assert (digits[:, range(BITS), range(BITS)] == 1).all()
        # 400 fair bits: standard error 0.025; 1,326 places, so 5 of them.
        assert np.abs(digits[:, column, row].mean(axis=0) - 0.5).max() < 5 * 0.025

    def test_every_dimension_is_multiplied_by_its_matrix(self):
        dimension = 1000
        scramble, shift = scrambled_directions([0], ["a"], 3, 5)
        columns = [int(column) for column in scramble[0]]
        expected = []
        for number in directions([dimension])[0]:
            product = 0
            for digit in range(BITS):
                if int(number) >> (BITS - 1 - digit) & 1:
                    product ^= columns[digit]
            expected.append(product)
        matrix, other_shift = scrambled_directions([dimension], ["a"], 3, 5)
        assert matrix[0].tolist() == expected
        assert other_shift == shift

    def test_many_dimensions_are_scrambled_as_one_by_one(self):
        dimensions, keys = [*range(300), MAX_DIMENSIONS - 1], names(301)  # more than one chunk
        matrix, shift = scrambled_directions(dimensions, keys, 3, 5)
        for place in (0, 255, 256, 300):
            alone = scrambled_directions([dimensions[place]], [keys[place]], 3, 5)
            assert (matrix[place] == alone[0][0]).all()
            assert shift[place] == alone[1][0]

    def test_shift_bits_are_fair(self):
        _, shift = scrambled_directions(np.zeros(2500, int), names(2500), 0, 0)
        bits = (shift[:, None] >> np.arange(BITS, dtype=np.uint64)) & np.uint64(1)
        assert np.abs(bits.mean(axis=0) - 0.5).max() < 5 * 0.5 / np.sqrt(2500)
        assert (shift < np.uint64(2**BITS)).all()

    def test_no_dimensions_no_points(self):
        assert draw(SOBOL, [], count=4).shape == (4, 0)
        assert draw(MONTE_CARLO, [], count=4).shape == (4, 0)


class TestNet:
    @pytest.mark.parametrize("block", [0, 1, 5, 2**20])
    @pytest.mark.parametrize("m", [8, 10, 12])
    def test_each_projection_has_one_point_in_each_interval(self, m, block):
        dimensions = [*range(60), 1234, MAX_DIMENSIONS - 1]
        u = points(SOBOL, dimensions, names(62), 3, block << m, 1 << m)
        cells = np.sort(np.floor(u * 2**m).astype(int), axis=0)
        np.testing.assert_array_equal(cells, np.repeat(np.arange(2**m)[:, None], 62, axis=1))

    @pytest.mark.parametrize("replicate", range(4))
    def test_first_two_dimensions_are_a_net_in_every_elementary_interval(self, replicate):
        m = 10
        u = draw(SOBOL, ["x", "y"], replicate, count=2**m)
        for a in range(m + 1):  # intervals 2^-a by 2^-(m - a): one point in each
            cell = np.floor(u[:, 0] * 2**a) * 2 ** (m - a) + np.floor(u[:, 1] * 2 ** (m - a))
            assert len(np.unique(cell)) == 2**m

    def test_points_of_one_index_are_uniform_over_replicates(self):
        replicates = 2000
        u = np.array(
            [points(SOBOL, [0, 1, 7], names(3), replicate, 0, 6) for replicate in range(replicates)]
        )
        # 18 means with standard error 1 / sqrt(12 R); 5 of them.
        assert np.abs(u.mean(axis=0) - 0.5).max() < 5 / np.sqrt(12 * replicates)
        # 18 second moments about 1/2: mean 1/12, variance 1/80 - 1/144 = 1/180.
        second = ((u - 0.5) ** 2).mean(axis=0)
        assert np.abs(second - 1 / 12).max() < 5 / np.sqrt(180 * replicates)
        # Two coordinates of one point are independent: covariance 0, standard error 1/12/sqrt(R).
        for a, b in ((0, 1), (0, 2), (1, 2)):
            covariance = ((u[:, :, a] - 0.5) * (u[:, :, b] - 0.5)).mean(axis=0)
            assert np.abs(covariance).max() < 5 / 12 / np.sqrt(replicates)

    def test_mean_of_a_replicate_is_unbiased_and_replicates_err_independently(self):
        errors = np.array([draw(SOBOL, names(3), r, count=256) for r in range(400)]).prod(axis=2)
        errors = errors.mean(axis=1) - 1 / 8
        standard_error = errors.std(ddof=1) / 20
        assert abs(errors.mean()) < 4 * standard_error
        # Lag-1 correlation of 400 independent errors: standard error 1/20.
        assert abs(np.corrcoef(errors[:-1], errors[1:])[0, 1]) < 4 / 20

    def test_error_of_a_smooth_integral_falls_faster_than_one_over_n(self):
        weights = 1 / np.arange(1, 5)

        def rms_error(design, count):
            u = [draw(design, names(4), replicate, count=count) for replicate in range(64)]
            values = np.prod(1 + weights * (np.array(u) - 0.5), axis=2).mean(axis=1)
            return np.sqrt(np.mean((values - 1) ** 2))  # each factor has mean 1

        # Theory: N^-1.5 (scrambled nets, up to logs) and N^-0.5. An rms over 64 replicates is
        # known to 9 %, so a slope over 2^8 to 2^13 to 0.13 / log(32) = 0.04.
        sobol, plain = (
            np.log(rms_error(design, 2**13) / rms_error(design, 2**8)) / np.log(2**5)
            for design in (SOBOL, MONTE_CARLO)
        )
        assert sobol < -1.2
        assert abs(plain + 0.5) < 4 * 0.04


class TestWhatMayChangeADraw:
    @BOTH
    def test_appending_a_parameter_changes_no_other_draw(self, design):
        few, many = draw(design, names(3)), draw(design, [*names(3), "new"])
        np.testing.assert_array_equal(few, many[:, :3])

    def test_inserting_a_parameter_changes_no_monte_carlo_draw(self):
        few, many = draw(MONTE_CARLO, names(3)), draw(MONTE_CARLO, ["p0", "new", "p1", "p2"])
        np.testing.assert_array_equal(few, many[:, [0, 2, 3]])

    def test_inserting_a_parameter_moves_the_sobol_dimensions_after_it(self):
        few, many = draw(SOBOL, names(3)), draw(SOBOL, ["p0", "new", "p1", "p2"])
        np.testing.assert_array_equal(few[:, 0], many[:, 0])
        assert (few[:, 1] != many[:, 2]).any()

    @BOTH
    def test_more_draws_or_replicates_extend_the_same_sequence(self, design):
        longer = Design(design.kind, 2**12, design.replicates * 2, design.seed)
        first = draw(design, names(2), replicate=3, count=1000)
        np.testing.assert_array_equal(first, draw(longer, names(2), replicate=3, count=4096)[:1000])

    @BOTH
    @pytest.mark.parametrize("size", [1, 3, 64, 1000, 1024])
    def test_chunks_join_to_the_whole(self, design, size):
        start, count = 2**33 - 1500, 3000  # across the carry of the 32-bit Philox counter
        whole = draw(design, names(2), 1, start, count)
        edges = [*range(0, count, size), count]
        if size == 1:
            edges = edges[1480:1521]
        parts = [
            draw(design, names(2), 1, start + low, high - low)
            for low, high in itertools.pairwise(edges)
        ]
        np.testing.assert_array_equal(np.concatenate(parts), whole[edges[0] : edges[-1]])

    @BOTH
    @pytest.mark.parametrize("seed", [0, 1, MAX_SEED])
    def test_no_seed_is_special(self, design, seed):
        this = draw(Design(design.kind, 1024, 1, seed), names(2))
        again = draw(Design(design.kind, 1024, 1, seed), names(2))
        other = draw(Design(design.kind, 1024, 1, seed ^ 1), names(2))
        np.testing.assert_array_equal(this, again)
        assert (this != other).all()
        assert len(np.unique(this)) == this.size  # nothing degenerate

    def test_monte_carlo_streams_are_uncorrelated(self):
        count = 20_000
        streams = [
            draw(Design("monte_carlo", count, 2, seed), names(3), replicate, count=count)
            for seed in (0, 1)
            for replicate in (0, 1)
        ]
        columns = np.hstack(streams)  # 3 keys x 2 replicates x 2 seeds
        r = np.corrcoef(columns, rowvar=False)[np.triu_indices(12, 1)]
        assert np.abs(r).max() < 5 / np.sqrt(count)
        lagged = np.corrcoef(columns[:-1], columns[1:], rowvar=False)[:12, 12:]
        assert np.abs(lagged).max() < 5 / np.sqrt(count)

    def test_monte_carlo_draws_are_uniform(self):
        u = draw(MONTE_CARLO, ["a"], count=100_000)[:, 0]
        observed, _ = np.histogram(u, bins=100, range=(0, 1))
        chi_squared = ((observed - 1000) ** 2 / 1000).sum()
        assert abs(chi_squared - 99) < 5 * np.sqrt(2 * 99)

    @pytest.mark.parametrize("vary", ["replicate", "key", "seed"])
    def test_sobol_scrambles_are_independent(self, vary):
        # Points of one dimension in two scrambles are paired by index, so a single correlation
        # is not small, but its sign is random: the mean over many pairs is 0.
        def column(number):
            seed, key = (number, "a") if vary == "seed" else (0, f"a{number * (vary == 'key')}")
            replicate = number if vary == "replicate" else 0
            return points(Design("sobol", 256, 1, seed), [4], [key], replicate, 0, 256)[:, 0]

        columns = np.array([column(number) for number in range(800)])
        centred = columns - columns.mean(axis=1, keepdims=True)
        r = [np.corrcoef(a, b)[0, 1] for a, b in zip(centred[::2], centred[1::2], strict=True)]
        assert abs(np.mean(r)) < 4 * np.std(r) / np.sqrt(len(r))

    def test_purposes_are_apart(self):
        _, shift = scrambled_directions([0], ["a"], 0, 0)
        first = uniforms(stream_keys.stream_words(stream_keys.MONTE_CARLO, 0, "a", 0), 0, BITS + 1)
        assert not np.isin(to_uniform(shift), first).any()


class TestKernels:
    EXTREMES = (0, 1, 2**51 - 1, 2**51, 2**52 - 2, 2**52 - 1)

    def test_extreme_integers_stay_inside_and_are_exact(self):
        from fractions import Fraction

        reference = to_uniform(np.array(self.EXTREMES, dtype=np.uint64))
        for integer, expected in zip(self.EXTREMES, reference, strict=True):
            u = point_loops.to_uniform(np.uint64(integer))
            assert 0 < u < 1
            assert u == expected
            assert Fraction(float(u)) == Fraction(2 * integer + 1, 2**53)

    @pytest.mark.parametrize("block", [0, 1, 1000, 2**30 - 1, 2**42 - 1])
    def test_sobol_equals_the_reference_bit_for_bit(self, block):
        matrix, shift = scrambled_directions([0, 1, 500], names(3), 7, 2)
        table = block_table(matrix, shift)
        offset = [point_loops.sobol_offset(row, block) for row in matrix]
        expected = to_uniform(integers(matrix, shift, block << 10, 1024))
        for d in range(3):
            for n in (1, 2, 64, 256, 1024):
                for first in {0, 1024 - n}:
                    row = np.full(n, np.nan)
                    point_loops.fill_sobol(table[d], offset[d], row, first)
                    np.testing.assert_array_equal(row, expected[first : first + n, d])

    def test_sobol_starts_at_the_block_unless_told(self):
        matrix, shift = scrambled_directions([3], ["a"], 7, 2)
        row = np.empty(16)
        point_loops.fill_sobol(block_table(matrix, shift)[0], np.uint64(0), row)
        np.testing.assert_array_equal(row, to_uniform(integers(matrix, shift, 0, 16))[:, 0])

    @pytest.mark.parametrize("first", [0, 1, 1024, 2**33 - 64, 2**33 - 63, 2**40, 2**52 - 1024])
    @pytest.mark.parametrize("n", [0, 1, 2, 3, 64, 255, 1024])
    def test_philox_equals_the_reference_bit_for_bit(self, first, n):
        key = stream_keys.stream_words(stream_keys.MONTE_CARLO, 7, "a", 2)
        row = np.full(n, np.nan)
        point_loops.fill_philox(*key, first, row)
        np.testing.assert_array_equal(row, uniforms(key, first, n))

    def test_any_integer_type_will_do(self):
        expected = uniforms((2**32 - 1, 2**31), 2**40, 8)
        for kind in (np.int64, np.uint64):
            row = np.empty(8)
            point_loops.fill_philox(kind(2**32 - 1), kind(2**31), kind(2**40), row)
            np.testing.assert_array_equal(row, expected)
            point_loops.fill_sobol(np.arange(1024, dtype=np.uint64), np.uint64(0), row, kind(8))
            np.testing.assert_array_equal(row, to_uniform(np.arange(8, 16, dtype=np.uint64)))

    @pytest.mark.parametrize("kernel", ["fill_sobol", "fill_philox"])
    def test_loops_over_draws_are_vector_code(self, kernel):
        from llvmlite import binding

        if not binding.get_host_cpu_features().get("avx2", False):
            pytest.skip("this processor has no AVX2")
        row = np.empty(8)
        if kernel == "fill_sobol":
            point_loops.fill_sobol(np.zeros(1024, dtype=np.uint64), np.uint64(0), row, 0)
            operation = r"v(pxor|pternlog)\w*\s.*%[yz]mm"
        else:
            point_loops.fill_philox(1, 2, 0, row)
            operation = r"vpmuludq\s.*%[yz]mm"
        code = "\n".join(getattr(point_loops, kernel).inspect_asm().values())
        assert re.search(operation, code)
        assert re.search(r"vaddpd\s.*%[yz]mm", code)


class TestRefusals:
    @BOTH
    def test_a_key_given_twice(self, design):
        with pytest.raises(InputError, match="stream: found 'b' twice; allowed: distinct stream"):
            draw(design, ["a", "b", "b"])

    @pytest.mark.parametrize(("dimension"), [-1, MAX_DIMENSIONS])
    def test_a_dimension_outside_the_table(self, dimension):
        message = (
            f"dimension: found Sobol' dimension {dimension}; allowed: 0 to 21200; .*'monte_carlo'"
        )
        with pytest.raises(InputError, match=message):
            points(SOBOL, [0, dimension], names(2), 0, 0, 1)

    def test_keys_and_dimensions_of_unlike_number(self):
        with pytest.raises(InputError, match="stream: found 2 stream keys for 3 dimensions"):
            points(SOBOL, range(3), names(2), 0, 0, 1)

    @BOTH
    def test_negative_or_too_many_draws_and_replicates(self, design):
        with pytest.raises(InputError, match="replicate: found -1; allowed: an index from 0"):
            draw(design, ["a"], replicate=-1)
        with pytest.raises(InputError, match="draws: found 2 draws from -1; allowed: draws betw"):
            draw(design, ["a"], start=-1, count=2)
        with pytest.raises(InputError, match=rf"draws: found 2 draws from {2**52 - 1}; allowed"):
            draw(design, ["a"], start=2**52 - 1, count=2)

    @BOTH
    def test_no_draws_are_an_empty_array(self, design):
        assert draw(design, names(2), start=5, count=0).shape == (0, 2)

    @BOTH
    def test_the_last_draw_of_all_can_be_had(self, design):
        u = draw(design, names(2), start=2**52 - 2, count=2)
        assert ((u > 0) & (u < 1)).all()


def test_importing_and_drawing_loads_neither_compiler_nor_statistics():
    code = (
        "import sys, mcsus.streams as s\n"
        "s.points(s.Design(), [0, 9], ['a', 'b'], 0, 0, 8)\n"
        "print([m for m in ('numba', 'scipy', 'scipy.stats') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_unreadable_direction_numbers_are_named(monkeypatch, tmp_path):
    from types import SimpleNamespace

    from mcsus.errors import McsusError
    from mcsus.streams import sobol

    spec = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    monkeypatch.setattr(sobol.importlib.util, "find_spec", lambda _: spec)
    with pytest.raises(McsusError, match=r"cannot be read from .*_sobol_direction_numbers\.npz"):
        sobol._joe_kuo()
    (tmp_path / "stats").mkdir()
    path = tmp_path / "stats" / "_sobol_direction_numbers.npz"
    np.savez(path, poly=np.ones(3), vinit=np.ones((3, 18)))
    with pytest.raises(McsusError, match="do not have the known shape"):
        sobol._joe_kuo()
