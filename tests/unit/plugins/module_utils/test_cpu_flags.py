# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpu_flags

MACROS = """#define __SSE4_2__ 1
#define __SSE3__ 1
#define __AVX512F__ 1
#define __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16 1
#define __GCC_HAVE_SYNC_COMPARE_AND_SWAP_8 1
#define __SSE_MATH__ 1
#define __GNUC__ 12
#define __PCLMUL__ 1
"""


def test_what_code_needs_in_the_kernels_words():
    assert cpu_flags.needed("x86_64", MACROS) == ["avx512f", "cx16", "pclmulqdq", "pni", "sse4_2"]
    assert cpu_flags.needed("aarch64", "#define __ARM_NEON 1\n#define __ARM_FEATURE_CRC32 1\n#define __ARM_ARCH 8\n") == ["asimd", "crc32"]
    assert cpu_flags.needed("riscv64", MACROS) == []


def test_what_all_cpus_have():
    assert cpu_flags.present("processor\t: 0\nflags\t\t: fpu sse4_2 avx2\n\nprocessor\t: 1\nflags\t\t: fpu sse4_2\nvmx flags\t: x\n") == ["fpu", "sse4_2"]
    assert cpu_flags.present("Features\t: fp asimd\n") == ["asimd", "fp"]
    assert cpu_flags.present("") == []
