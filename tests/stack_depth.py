#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Whether every chain of calls in BPF objects fits the verifier's limits: stack_depth.py OBJECT...

As kernel/bpf/verifier.c check_max_stack_depth() has it: a chain has 512 bytes and 8 frames, and a callback counts as
called by who names it, be it in dead code. A frame is what live code uses, rounded up to 32 bytes; since Linux 6.9 to
16, where programs are compiled. can_cast is only set there, and decides what is live. Programs of perf's tracepoints are
only loaded since 7.0, where larger frames of theirs are not on the stack (BPF_PRIV_STACK_MIN_SIZE).
"""
import collections
import functools
import struct
import sys

STACK, FRAMES = 512, 8
SHT_SYMTAB, SHT_REL, SHF_EXECINSTR, STT_FUNC, STB_LOCAL, STV_HIDDEN = 2, 9, 4, 2, 0, 2
LDIMM64, CALL, EXIT, JA, JA32, LDXB, MOV64_REG, ADD64_IMM = 0x18, 0x85, 0x95, 0x05, 0x06, 0x71, 0xbf, 0x07
JEQ, JNE = (0x15, 0x16), (0x55, 0x56)
LD, LDX, ST, STX, JMP, JMP32 = 0, 1, 2, 3, 5, 6
PSEUDO_CALL, R10 = 1, 10


def is_perf(section):
    return section.lstrip("?").startswith("tp/")


# Names of symbols by their places in the code; of a function its code, what it calls, and whether it is verified alone.
Function = collections.namedtuple("Function", "name section code symbols callees root")
# Frames count as least bytes or more, in steps; those from private on do not. loads: whether it has programs of a section.
Kernel = collections.namedtuple("Kernel", "name cast least step private loads")
KERNELS = (
    Kernel("before 6.9", False, 1, 32, STACK + 1, lambda section: section != ".text" and not is_perf(section)),
    Kernel("since 6.9", True, 0, 16, STACK + 1, lambda section: section != ".text" and not is_perf(section)),
    Kernel("since 7.0", True, 0, 16, 64, is_perf),
)


class Elf:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        at, = struct.unpack_from("<Q", self.data, 40)
        n, = struct.unpack_from("<H", self.data, 60)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, at + 64 * i) for i in range(n)]
        symtab = next(s for s in self.sections if s[1] == SHT_SYMTAB)
        self.symbols = [(self.string(symtab[6], name), *rest) for name, *rest in
                        struct.iter_unpack("<IBBHQQ", self.bytes(symtab))]
        self.relocations = {s[7]: {at: self.symbols[info >> 32] for at, info in struct.iter_unpack("<QQ", self.bytes(s))}
                            for s in self.sections if s[1] == SHT_REL}
        self.text = next(i for i, s in enumerate(self.sections) if self.string(self.names(), s[0]) == ".text")

    def names(self):
        return struct.unpack_from("<H", self.data, 62)[0]

    def bytes(self, section):
        return self.data[section[4]:section[4] + section[5]]

    def string(self, section, at):
        at += self.sections[section][4]
        return self.data[at:self.data.index(b"\0", at)].decode()

    def is_code(self, section):
        return section < len(self.sections) and self.sections[section][2] & SHF_EXECINSTR

    def callee(self, section, at, insn):
        """What an instruction calls, or gives to a helper to call; None: nothing."""
        op, regs, _, imm = insn
        symbol = self.relocations.get(section, {}).get(at)
        if op == CALL and regs >> 4 == PSEUDO_CALL:
            return (symbol[3], symbol[4] + 8 * (imm + 1)) if symbol else (section, at + 8 * (imm + 1))
        if op == LDIMM64 and symbol and self.is_code(symbol[3]):
            return symbol[3], symbol[4] + imm
        return None


def functions_of(elf):
    """By section and offset. What stands between them the linker had twice: it has no symbol."""
    functions = {}
    for name, info, other, section, begin, size in elf.symbols:
        if info & 15 != STT_FUNC or not elf.is_code(section):
            continue
        code = list(struct.iter_unpack("<BBhi", elf.bytes(elf.sections[section])[begin:begin + size]))
        symbols = {i: elf.relocations.get(section, {}).get(begin + 8 * i, ("",))[0] for i in range(len(code))}
        callees = {i: elf.callee(section, begin + 8 * i, insn) for i, insn in enumerate(code)}
        functions[section, begin] = Function(
            name, elf.string(elf.names(), elf.sections[section][0]), code, symbols, {i: c for i, c in callees.items() if c},
            section != elf.text or (info >> 4 != STB_LOCAL and other & 3 != STV_HIDDEN))
    return functions


def next_of(f, i, holder, cast):
    """Where the code goes on behind an instruction; holder: the register that has can_cast."""
    op, regs, off, imm = f.code[i]
    if op == EXIT:
        return []
    if op in (JA, JA32):
        return [i + 1 + (off if op == JA else imm)]
    if op & 7 not in (JMP, JMP32) or op == CALL:
        return [i + (2 if op == LDIMM64 else 1)]
    if holder == regs & 15 and imm == 0 and op in JEQ + JNE:
        return [i + 1 + (off if (op in JEQ) != cast else 0)]
    return [i + 1, i + 1 + off]


def live_code(f, cast):
    """The instructions that are reached."""
    seen, todo = set(), [(0, None, None)]
    while todo:
        i, address, holder = todo.pop()
        if (i, address, holder) in seen:
            continue
        seen.add((i, address, holder))
        op, regs, _, _ = f.code[i]
        dst, src = regs & 15, regs >> 4
        later = (address, holder)
        if op == LDIMM64 and f.symbols[i] == "can_cast":
            later = (dst, holder)
        elif op == LDXB and src == address:
            later = (None, dst)
        elif op & 7 not in (ST, STX, JMP, JMP32):
            later = tuple(None if r == dst else r for r in later)
        todo += [(n, *later) for n in next_of(f, i, holder, cast)]
    return sorted({i for i, _, _ in seen})


def frame_of(f, live):
    """The deepest byte that is accessed by r10, or that a pointer made of it begins at."""
    deepest, copies = 0, set()
    for op, regs, off, imm in (f.code[i] for i in live):
        dst, src, kind = regs & 15, regs >> 4, op & 7
        if kind == LDX and src == R10 or kind in (ST, STX) and dst == R10:
            deepest = min(deepest, off)
        if op == ADD64_IMM and dst in copies:
            deepest = min(deepest, imm)
        copies.discard(dst)
        if op == MOV64_REG and src == R10:
            copies.add(dst)
    return -deepest


def frames_of(functions, cast):
    """Those that no live code calls are not verified, and have none."""
    live = {at: live_code(f, cast) for at, f in functions.items()}
    todo, frames = [at for at, f in functions.items() if f.root], dict.fromkeys(functions, 0)
    seen = set(todo)
    while todo:
        at = todo.pop()
        f = functions[at]
        frames[at] = frame_of(f, live[at])
        called = {f.callees[i] for i in live[at] if i in f.callees} - seen
        seen |= called
        todo += called
    return frames


def check(path, functions, kernel):
    frames = frames_of(functions, kernel.cast)

    @functools.lru_cache(maxsize=None)
    def below(at):
        chains = [below(callee) for callee in functions[at].callees.values()]
        depth, chain = max((c[:2] for c in chains), default=(0, ()))
        size = -(-max(frames[at], kernel.least) // kernel.step) * kernel.step
        size = 0 if kernel.private <= size <= STACK else size
        return depth + size, (at, *chain), 1 + max((c[2] for c in chains), default=0)

    worst = sorted((below(at) for at, f in functions.items() if kernel.loads(f.section)), reverse=True)
    bad = [w for w in worst if w[0] > STACK or w[2] > FRAMES]
    for depth, chain, n in bad or worst[:1]:
        print(f"{path}, {kernel.name}: {depth} bytes, {n} calls: " +
              ", ".join(f"{functions[at].name} {frames[at]}" for at in chain))
    return bad


if __name__ == "__main__":
    objects = {path: functions_of(Elf(path)) for path in sys.argv[1:]}
    sys.exit(1 if [b for path, f in objects.items() for kernel in KERNELS for b in check(path, f, kernel)] else 0)
