# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU features: what compiled code needs, and what a host has, in the kernel's words (/proc/cpuinfo). Pure."""

from __future__ import annotations

import re

# Macros by which gcc and clang tell what they may emit, where the kernel's name is not simply the same in lower case.
_X86 = {
    "ABM": "abm", "ADX": "adx", "AES": "aes", "AVX": "avx", "AVX2": "avx2", "BMI": "bmi1", "BMI2": "bmi2", "CLFLUSHOPT": "clflushopt",
    "CLWB": "clwb", "F16C": "f16c", "FMA": "fma", "FMA4": "fma4", "FSGSBASE": "fsgsbase", "GFNI": "gfni", "LZCNT": "abm", "MOVBE": "movbe",
    "MOVDIRI": "movdiri", "MOVDIR64B": "movdir64b", "PCLMUL": "pclmulqdq", "POPCNT": "popcnt", "PRFCHW": "3dnowprefetch", "RDRND": "rdrand",
    "RDSEED": "rdseed", "SERIALIZE": "serialize", "SHA": "sha_ni", "SSE3": "pni", "SSE4A": "sse4a", "SSE4_1": "sse4_1", "SSE4_2": "sse4_2",
    "SSSE3": "ssse3", "TBM": "tbm", "VAES": "vaes", "VPCLMULQDQ": "vpclmulqdq", "XOP": "xop", "XSAVE": "xsave", "XSAVEC": "xsavec",
    "XSAVEOPT": "xsaveopt", "GCC_HAVE_SYNC_COMPARE_AND_SWAP_16": "cx16", "LAHF_SAHF": "lahf_lm",
    "AVX512F": "avx512f", "AVX512BW": "avx512bw", "AVX512CD": "avx512cd", "AVX512DQ": "avx512dq", "AVX512VL": "avx512vl",
    "AVX512IFMA": "avx512ifma", "AVX512VBMI": "avx512vbmi", "AVX512VBMI2": "avx512_vbmi2", "AVX512VNNI": "avx512_vnni",
    "AVX512BITALG": "avx512_bitalg", "AVX512VPOPCNTDQ": "avx512_vpopcntdq", "AVX512BF16": "avx512_bf16", "AVX512FP16": "avx512_fp16",
    "AVX512VP2INTERSECT": "avx512_vp2intersect", "AVXVNNI": "avx_vnni",
}  # fmt: skip
_ARM = {
    "NEON": "asimd", "FEATURE_CRC32": "crc32", "FEATURE_AES": "aes", "FEATURE_SHA2": "sha2", "FEATURE_ATOMICS": "atomics",
    "FEATURE_DOTPROD": "asimddp", "FEATURE_SVE": "sve", "FEATURE_SVE2": "sve2", "FEATURE_FP16_VECTOR_ARITHMETIC": "asimdhp",
    "FEATURE_QRDMX": "asimdrdm", "FEATURE_BF16_VECTOR_ARITHMETIC": "bf16", "FEATURE_MATMUL_INT8": "i8mm", "FEATURE_PAUTH": "paca",
    "FEATURE_SHA3": "sha3", "FEATURE_SHA512": "sha512", "FEATURE_SM4": "sm4", "FEATURE_RNG": "rng",
}  # fmt: skip
_MACRO = re.compile(r"^#define __(?:ARM_)?(\w+?)(?:__)? 1$", re.M)


def needed(machine, macros):
    """What code needs that was compiled for ``machine`` with the compiler's predefined ``macros`` (cc -dM -E)."""
    names = {"x86_64": _X86, "aarch64": _ARM}.get(machine, {})
    return sorted({names[macro] for macro in _MACRO.findall(macros) if macro in names})


def present(cpuinfo):
    """The flags that all CPUs of a /proc/cpuinfo have."""
    sets = [set(line.split(":", 1)[1].split()) for line in cpuinfo.splitlines() if re.match(r"(flags|Features)\s*:", line)]
    return sorted(set.intersection(*sets)) if sets else []
