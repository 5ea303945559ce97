/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the command line: what is taken, what is refused and in which words, and nearest names. */
#include "lib/nearest.h"
#include "opts_rig.h"

static void defaults(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "pipe-cases"), -1);
	assert_string_equal(o.verb, "pipe-cases");
	assert_string_equal(o.scenarios[0].name, "pipe-cases");
	assert_null(o.scenarios[0].case_name);
	assert_null(o.argv[0]);
	assert_int_equal(o.backend, BACKEND_AUTO);
	assert_string_equal(o.format, "text");
	assert_null(o.output);
	assert_string_equal(o.colour, "auto");
	assert_string_equal(o.pace, "quick");
	assert_int_equal(o.timeout_ms, 30000);
	assert_int_equal(o.ring_size, 0);
	assert_false(o.as_root || o.ascii || o.raw || o.verbose || o.quiet);
}

static void cases(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "pipe-cases/4 -- x y"), -1);
	assert_string_equal(o.scenarios[0].name, "pipe-cases");
	assert_string_equal(o.scenarios[0].case_name, "4");
	assert_string_equal(o.argv[0], "x");
	assert_string_equal(o.argv[1], "y");
	assert_null(o.argv[2]);
}

static void where_run_ends(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "run -q ls -l --help"), -1);
	assert_true(o.quiet);
	assert_string_equal(o.argv[0], "ls");
	assert_string_equal(o.argv[2], "--help");
	assert_int_equal(o.timeout_ms, 0);
	assert_int_equal(o.n_scenarios, 0);
	assert_int_equal(parse(&o, "run -- -odd -f"), -1);
	assert_string_equal(o.argv[0], "-odd");
	assert_string_equal(o.argv[1], "-f");
	assert_int_equal(parse(&o, "run a -- b"), -1);
	assert_string_equal(o.argv[1], "--");
}

static void durations(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "run --timeout 500ms x"), -1);
	assert_int_equal(o.timeout_ms, 500);
	assert_int_equal(parse(&o, "run --timeout 7 x"), -1);
	assert_int_equal(o.timeout_ms, 7000);
	assert_int_equal(parse(&o, "run --timeout 0.5s x"), -1);
	assert_int_equal(o.timeout_ms, 500);
	assert_int_equal(parse(&o, "run --timeout 1.5m x"), -1);
	assert_int_equal(o.timeout_ms, 90000);
	assert_int_equal(parse(&o, "s --timeout 0"), -1);
	assert_int_equal(o.timeout_ms, 0);
	assert_int_equal(parse(&o, "s --hold 1000"), -1);
	assert_int_equal(o.timeout_ms, 34000);
	refused("s --timeout -1", "a time like");
	refused("s --timeout 1h", "a time like");
	refused("s --timeout 7us", "a time like");
	refused("s --timeout 1.2.3", "a time like");
	refused("s --timeout 3000000000", "a time like");
	refused("s --timeout= ", "a time like");
}

static void numbers(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "s --buffer 4k"), -1);
	assert_int_equal(o.ring_size, 4096);
	assert_int_equal(parse(&o, "s --buffer 1G"), -1);
	assert_int_equal(o.ring_size, 1 << 30);
	refused("s --buffer 2k", "a power of two");
	refused("s --buffer 2G", "a power of two");
	refused("s --buffer 5000", "a power of two");
	refused("s --buffer 18446744073709551616", "a power of two");
	refused("s --buffer 18014398509481985k", "a power of two");
	refused("s --hold 0", "200 to 600000");
	refused("s --hold 0x10", "200 to 600000");
	refused("s --hold 600001", "200 to 600000");
	refused("s --hold -5", "200 to 600000");
}

static void wrong(void **state)
{
	struct opts o;

	refused("", "what shall be traced?");
	refused("run", "run what?");
	refused("run --", "run what?");
	refused("--formt json s", "did you mean '--format'?");
	refused("--qiuet s", "did you mean '--quiet'?");
	refused("-x s", "no option '-x'");
	refused("--nothing-like-it s", "see ipctrace --help");
	refused("--width 100 s", "COLUMNS=100");
	refused("--case 4 s", "pipe-cases/4");
	refused("s -f", "needs FORMAT");
	refused("s -f xml", "--format 'xml' is wrong: it takes text, json or dot\n");
	refused("s -f tex", "text, json or dot");
	refused("s -f text|json", "text, json or dot");
	refused("s --pace slow", "--pace 'slow' is wrong: it takes quick or lesson\n");
	refused("s --color blue", "--color 'blue' is wrong: it takes auto, always or never\n");
	refused("s --backend ebpf", "it takes auto, fentry, kprobe or syscall\n");
	refused("s --raw=1", "takes no value");
	assert_int_equal(parse(&o, "s 4"), -1); /* main() says that s is no scenario */
	refused("list x", "takes no argument 'x'");
	refused("list --hold 300", "means nothing to 'list'");
	refused("run --pace lesson x", "means nothing to 'run'");
	refused("run --interactive x", "means nothing to 'run'");
	refused("doctor -f json", "means nothing to 'doctor'");
	refused("-- ls", "comes after run, record, stat or a scenario");
	refused("s -o ", "a file name");
	refused("s --force", "--force replaces a file");
	refused("--\033[2J s", "\\x1b[2J");
}

static void why(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "why 42 -f dot"), -1);
	assert_int_equal(o.n_pids, 1);
	assert_int_equal(o.pids[0], 42);
	assert_string_equal(o.format, "dot");
	assert_false(o.all);
	assert_int_equal(parse(&o, "why --all --ascii"), -1);
	assert_true(o.all);
	assert_int_equal(o.n_pids, 0);
	assert_int_equal(parse(&o, "why 42 7z make -p 43,44"), -1);
	assert_int_equal(o.n_pids, 3);
	assert_int_equal(o.pids[1], 43);
	assert_int_equal(o.n_names, 2);
	assert_string_equal(o.names[0], "7z");
	assert_string_equal(o.names[1], "make");
	assert_false(o.attach);
	refused("why", "why who?");
	refused("why 42 --all", "why some or all?");
	refused("why make --all", "why some or all?");
	refused("why 0", "process ids or names, not '0'");
	refused("why -- 1", "-- comes after run");
	refused("why 4294967297", "process ids or names, not");
	refused("why 42 --raw", "--raw means nothing to 'why'");
	refused("run --all true", "--all means nothing to 'run'");
	refused("-f dot run true", "--format dot means nothing to 'run'");
	refused("-f dot pipe-cases", "--format dot means nothing to 'pipe-cases'");
}

static void stat_of_one_thing(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "stat file -f json -o out"), -1);
	assert_string_equal(o.file, "file");
	assert_true(o.stat);
	assert_false(o.attach);
	assert_int_equal(parse(&o, "stat --buffer 4k -- ls -l"), -1);
	assert_string_equal(o.argv[1], "-l");
	assert_null(o.file);
	assert_int_equal(parse(&o, "stat --all --for 10s"), -1);
	assert_true(o.attach && o.stat);
	assert_int_equal(parse(&o, "replay file"), -1);
	assert_false(o.stat);
	refused("stat", "stat of what?");
	refused("stat file -- ls", "stat of what?");
	refused("stat -p 1 --all", "stat of what?");
	refused("stat a b", "takes no argument 'b'");
	refused("stat --backend auto file", "--backend means nothing to 'stat FILE'");
	refused("stat --raw -- ls", "--raw means nothing to 'stat'");
	assert_int_equal(parse(&o, "diff a b --ascii"), -1);
	assert_string_equal(o.other_file, "b");
	refused("diff a", "takes two trace files");
	refused("diff a b c", "takes no argument 'c'");
	refused("diff -f json a b", "--format means nothing to 'diff'");
	refused("stat -f dot file", "--format dot means nothing to 'stat'");
}

static void nearest(void **state)
{
	static const char *const names[] = {"run", "list", "doctor", "pipe-cases", "pipe-capacity"};

	assert_string_equal(nearest_name("pipe-caes", names, 5), "pipe-cases");
	assert_string_equal(nearest_name("pipe-capcity", names, 5), "pipe-capacity");
	assert_string_equal(nearest_name("dcotor", names, 5), "doctor");
	assert_string_equal(nearest_name("lst", names, 5), "list");
	assert_string_equal(nearest_name("rnu", names, 5), "run");
	assert_null(nearest_name("x", names, 5));
	assert_null(nearest_name("", names, 5));
	assert_null(nearest_name("strace", names, 5));
	assert_null(nearest_name("pipe-cases-of-another-kind", names, 5));
	assert_null(nearest_name("run", names, 0));
}

static void trace_files(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "record -o f pipe-cases/4 --max-size 64M"), -1);
	assert_string_equal(o.record, "f");
	assert_string_equal(o.scenarios[0].name, "pipe-cases");
	assert_string_equal(o.scenarios[0].case_name, "4");
	assert_null(o.output);
	assert_true(o.silent);
	assert_int_equal(o.max_size, 64 << 20);
	assert_int_equal(parse(&o, "record -o f -- ls -l"), -1);
	assert_int_equal(o.n_scenarios, 0);
	assert_string_equal(o.argv[1], "-l");
	assert_int_equal(parse(&o, "replay f -f json --from 1.5s --to 2000.25ms"), -1);
	assert_string_equal(o.file, "f");
	assert_int_equal(o.from_ns, 1500000000);
	assert_int_equal(o.to_ns, 2000250000);
	assert_int_equal(parse(&o, "replay --from 3ns --to 2m f"), -1);
	assert_int_equal(o.from_ns, 3);
	assert_int_equal(o.to_ns, 120000000000);
	refused("record", "record what?");
	refused("record pipe-cases", "record needs -o FILE");
	refused("record -o f -f json pipe-cases", "--format means nothing to 'record'");
	refused("replay", "replay which file?");
	refused("replay f g", "takes no argument 'g'");
	refused("replay --buffer 1M f", "--buffer means nothing to 'replay'");
	refused("replay --from 1x f", "a time like");
	refused("replay --from -1s f", "a time like");
	refused("replay --to 1.2.3s f", "a time like");
	refused("run --max-size 1k -- ls", "at least 256k");
	refused("pipe-cases --info", "--info means nothing to 'pipe-cases'");
}

/* What only some forms of a verb make something of is a slip with the others. */
static void forms(void **state)
{
	static const char *const taken[] = {
	    "pipe-cases --hold 300 --pace lesson --expect e --timeout 2s --as-root",
	    "shm-basic/script --interactive",
	    "run --timeout 2s --as-root --expect e x",
	    "run --record f --max-size 1M x",
	    "attach -p 1 --record f --max-size 1M --for 2s",
	    "record -o f --hold 300 --pace lesson --expect e --timeout 2s --as-root pipe-cases",
	    "record -o f --interactive shm-basic/script",
	    "record -o f --timeout 2s --as-root --expect e --max-size 1M -- x",
	    "record -o f --for 2s --max-size 1M -p 1",
	    "record -o f --for 2s --all -q",
	    "stat --timeout 2s --as-root -- x",
	    "stat --record f --max-size 1M --all",
	    "replay --info -v file",
	    "--json-schema -v",
	};
	static const struct {
		const char *line, *words;
	} slips[] = {
	    {"attach -p 1 --timeout 2s", "--timeout means nothing to 'attach'"},
	    {"attach --all --as-root", "--as-root means nothing to 'attach'"},
	    {"attach --all --max-size 1M", "--max-size bounds a trace file: it goes with --record"},
	    {"pipe-cases --max-size 1M", "--max-size bounds a trace file"},
	    {"run --max-size 1M x", "--max-size bounds a trace file"},
	    {"stat --max-size 1M -- x", "--max-size bounds a trace file"},
	    {"record -o f --hold 300 -- x", "--hold means nothing to 'record -- CMD'"},
	    {"record -o f --pace quick -- x", "--pace means nothing to 'record -- CMD'"},
	    {"record -o f --interactive -- x", "--interactive means nothing to 'record -- CMD'"},
	    {"run --expect e --mech pipe x", "--expect tests claims on all records"},
	    {"record -o f --expect e --waits -- x", "--expect tests claims on all records"},
	    {"record -o f --hold 300 -p 1", "--hold means nothing to 'record -p'"},
	    {"record -o f --pace quick --all", "--pace means nothing to 'record --all'"},
	    {"record -o f --interactive --all", "--interactive means nothing to 'record --all'"},
	    {"record -o f --expect e -p 1", "--expect means nothing to 'record -p'"},
	    {"record -o f --timeout 2s -p 1", "--timeout means nothing to 'record -p'"},
	    {"record -o f --as-root --all", "--as-root means nothing to 'record --all'"},
	    {"record -o f --for 2s -- x", "--for is for -p PID and --all"},
	    {"stat --timeout 2s --all", "--timeout means nothing to 'stat --all'"},
	    {"stat --as-root -p 1", "--as-root means nothing to 'stat -p'"},
	    {"stat --timeout 2s file", "--timeout means nothing to 'stat FILE'"},
	    {"stat --hold 300 -- x", "--hold means nothing to 'stat'"},
	    {"--json-schema -o f", "--output means nothing to '--json-schema'"},
	    {"-f json --json-schema", "--format means nothing to '--json-schema'"},
	    {"replay --info -o f file", "--output means nothing to 'replay --info'"},
	    {"replay --info --comm x file", "--comm means nothing to 'replay --info'"},
	    {"run --info x", "--info means nothing to 'run'"},
	};
	struct opts o;

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (parse(&o, taken[i]) != -1)
			fail_msg("'%s' got '%s'", taken[i], said);
	for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
		refused(slips[i].line, slips[i].words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),	 cmocka_unit_test(trace_files),
	    cmocka_unit_test(cases),	 cmocka_unit_test(where_run_ends),
	    cmocka_unit_test(durations), cmocka_unit_test(numbers),
	    cmocka_unit_test(wrong),	 cmocka_unit_test(stat_of_one_thing),
	    cmocka_unit_test(nearest),	 cmocka_unit_test(why),
	    cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
