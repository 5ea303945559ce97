/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the command line: what is taken, what is refused and in which words, and nearest names.
 */
#include <mntent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/cmd.h"
#include "lib/kernel_dev.h"
#include "opts/opts.h"
#include "opts/table.h"
#include "lib/nearest.h"

#define ARGS_MAX 32

static char said[4096]; /* by the last parse(), on stdout and stderr */
static char store[1024];
static char *args[ARGS_MAX + 1];

/* Splits at single spaces; the words live until the next call. */
static int parse(struct opts *o, const char *line)
{
	int argc = 0, status, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int catch = memfd_create("said", MFD_CLOEXEC);
	ssize_t n;

	snprintf(store, sizeof(store), "ipctrace%s%s", *line ? " " : "", line);
	for (char *s = store; s && argc < ARGS_MAX; argc++)
		args[argc] = strsep(&s, " ");
	args[argc] = NULL;
	fflush(stdout);
	dup2(catch, STDOUT_FILENO);
	dup2(catch, STDERR_FILENO);
	status = opts__parse(o, &verbs, argc, args);
	if (status < 0 && o->help) /* as main() does */
		opts__print_help(o);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	n = pread(catch, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	close(catch);
	close(out);
	close(err);
	return status;
}

static void refused(const char *line, const char *words)
{
	struct opts o;

	if (parse(&o, line) != EXIT_USAGE)
		fail_msg("'%s' was taken", line);
	if (!strstr(said, words))
		fail_msg("'%s' got '%s', not '%s'", line, said, words);
	/* One line, and it says who speaks. */
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	assert_ptr_equal(strstr(said, "ipctrace: "), said);
}

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

static void every_option(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o,
			       "-qv -fjson --output=f --backend kprobe s --timeout 2m --hold 250 "
			       "--pace lesson --expect e --buffer 1M --color=never"),
			 -1);
	assert_true(o.quiet && o.verbose);
	assert_string_equal(o.format, "json");
	assert_string_equal(o.output, "f");
	assert_int_equal(o.backend, BACKEND_KPROBE);
	assert_int_equal(o.timeout_ms, 120000);
	assert_int_equal(o.hold_ms, 250);
	assert_string_equal(o.pace, "lesson");
	assert_string_equal(o.expect, "e");
	assert_int_equal(o.ring_size, 1 << 20);
	assert_string_equal(o.colour, "never");
	assert_int_equal(parse(&o, "s"), -1);
	assert_true(o.timeout_ms && !o.interactive);
	assert_int_equal(parse(&o, "s --interactive"), -1);
	assert_true(o.interactive);
	assert_int_equal(o.timeout_ms, 0); /* a person is not hurried */
	assert_int_equal(parse(&o, "s --interactive --timeout 5s"), -1);
	assert_int_equal(o.timeout_ms, 5000);
	assert_int_equal(parse(&o, "--as-root --ascii --raw --record r s"), -1);
	assert_true(o.as_root && o.ascii && o.raw);
	assert_string_equal(o.record, "r");
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

static void help_of(struct opts *o, const char *line)
{
	assert_int_equal(parse(o, line), -1);
	assert_true(o->help);
}

static void answered(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "--version"), 0);
	assert_string_equal(said, "ipctrace " VERSION "\n");
	assert_int_equal(parse(&o, "-V"), 0);
	assert_string_equal(said, "ipctrace " VERSION "\n");
	help_of(&o, "help");
	assert_non_null(strstr(said, "--timeout DURATION"));
	assert_non_null(strstr(said, "\n  doctor "));
	assert_non_null(strstr(said, "follow it so long; 0: to its end\n"));
	for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
	help_of(&o, "help replay");
	assert_non_null(strstr(said, "usage: ipctrace replay [OPTION...] FILE\n"));
	assert_non_null(strstr(said, "--info"));
	assert_null(strstr(said, "--hold"));
	help_of(&o, "attach --for 1s --help");
	assert_non_null(strstr(said, "--for DURATION"));
	assert_null(strstr(said, "--timeout"));
	help_of(&o, "s -h");
	assert_non_null(strstr(said, "ipctrace s[/CASE]"));
	assert_null(strstr(said, "--comm"));
	assert_int_equal(parse(&o, "--json-schema"), -1);
	assert_string_equal(o.verb, "--json-schema");
}

/* A form's options are of the table, and its words say which form it is where there are several. */
static void check_entry(const struct verb *v)
{
	assert_true(v->help && *v->help && v->args && v->run);
	assert_true(v->help[strlen(v->help) - 1] != '.');
	assert_non_null(v->forms[0].words);
	for (size_t i = 1; i < VERB_FORMS && v->forms[i].words; i++)
		assert_true(v->form && v->forms[i].words[0] == ' ');
}

static void entries(void **state)
{
	__u64 taken = opts__of_verb(verbs.scenario);

	check_entry(verbs.scenario);
	for (const struct verb *const *v = verbs.rows; *v; v++) {
		taken |= opts__of_verb(*v);
		if (*v != verbs.help)
			check_entry(*v);
		for (const struct verb *const *other = verbs.rows; other < v; other++)
			assert_string_not_equal((*v)->name, (*other)->name);
	}
	for (size_t i = 0; i < OPTION_ROWS; i++) {
		if (!(taken & 1ULL << i))
			fail_msg("no verb takes --%s", option_rows[i].name);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(option_rows[i].name, option_rows[j].name);
			assert_true(!option_rows[i].letter ||
				    option_rows[i].letter != option_rows[j].letter);
		}
	}
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

static void attach(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "attach -p 12,34 -p 56 --for 2s"), -1);
	assert_true(o.attach && !o.all);
	assert_int_equal(o.n_pids, 3);
	assert_int_equal(o.pids[0], 12);
	assert_int_equal(o.pids[1], 34);
	assert_int_equal(o.pids[2], 56);
	assert_int_equal(o.for_ms, 2000);
	assert_int_equal(o.filter.flags, FILTER_PARTNERS | FILTER_CHILDREN);
	assert_int_equal(parse(&o, "attach --all"), -1);
	assert_true(o.attach && o.all);
	assert_int_equal(o.filter.flags, FILTER_ALL);
	assert_int_equal(o.for_ms, 0);
	assert_int_equal(parse(&o, "attach --all --for 0"), -1);
	assert_int_equal(o.for_ms, 0);
	assert_int_equal(parse(&o, "record -o f -p 7"), -1);
	assert_true(o.attach && o.silent);
	assert_string_equal(o.record, "f");
	assert_int_equal(parse(&o, "record -o f --all"), -1);
	assert_true(o.attach);
	assert_int_equal(parse(&o, "why --all"), -1);
	assert_false(o.attach);
	assert_int_equal(parse(&o, "run x"), -1);
	assert_false(o.attach);
	assert_int_equal(o.filter.flags, 0);
	refused("attach", "attach to what?");
	refused("attach -p 1 --all", "to some or to all?");
	refused("attach -p 0", "process ids");
	refused("attach -p 1,,2", "process ids");
	refused("attach -p x", "process ids");
	refused("run --for 1s x", "--for is for");
	refused("run -p 1 x", "--pid");
	refused("record -o f --all -- x", "one of");
	assert_int_equal(parse(&o, "attach 12 34,56"), -1);
	assert_true(o.n_pids == 3 && o.pids[0] == 12 && o.pids[2] == 56 && o.attach);
	refused("attach x", "attach takes process ids");
}

static void cgroup(void **state)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	struct mntent *m;
	char line[512];
	struct opts o;

	assert_non_null(mounts);
	while ((m = getmntent(mounts)) && strcmp(m->mnt_type, "cgroup2"))
		;
	snprintf(line, sizeof(line), "run --cgroup %s x", m ? m->mnt_dir : "");
	endmntent(mounts);
	if (!m)
		skip();
	assert_int_equal(parse(&o, line), -1);
	assert_int_equal(o.filter.flags, FILTER_CGROUP);
	assert_int_not_equal(o.filter.cgroup, 0);
}

static void filters(void **state)
{
	struct opts o;

	assert_int_equal(parse(&o, "run --comm fifteen-letters --user 12345 x"), -1);
	assert_int_equal(o.filter.flags, FILTER_COMM | FILTER_USER);
	assert_string_equal(o.filter.comm, "fifteen-letters");
	assert_int_equal(o.filter.uid, 12345);
	assert_int_equal(parse(&o, "run --user 4294967294 --pipe 18446744073709551615 x"), -1);
	assert_int_equal(o.filter.uid, 4294967294);
	assert_int_equal(o.filter.objects[0].id, 18446744073709551615ULL);
	assert_int_equal(parse(&o, "run --user root --min-wait 20ms --waits x"), -1);
	assert_int_equal(o.filter.uid, 0);
	assert_int_equal(o.filter.flags, FILTER_USER);
	assert_int_equal(o.filter.min_wait, 20000000);
	assert_int_equal(o.filter.waits_only, 1);
	assert_int_equal(parse(&o, "run --mech pipe,signal x"), -1);
	assert_true(o.filter.mechs & 1U << MECH_PIPE);
	assert_false(o.filter.mechs & 1U << MECH_FIFO);
	assert_int_equal(o.filter.no_signals, 0);
	assert_int_equal(parse(&o, "run --mech signal --mech pipe x"), -1);
	assert_true(o.filter.mechs & 1U << MECH_PIPE);
	assert_int_equal(o.filter.no_signals, 0);
	assert_int_equal(parse(&o, "run --mech pipe --mech fifo --mech signal x"), -1);
	assert_true(o.filter.mechs & 1U << MECH_PIPE && o.filter.mechs & 1U << MECH_FIFO);
	assert_int_equal(o.filter.no_signals, 0);
	assert_int_equal(parse(&o, "run --mech fifo x"), -1);
	assert_int_equal(o.filter.mechs, 1U << MECH_FIFO);
	assert_int_equal(o.filter.no_signals, 1);
	assert_int_equal(parse(&o, "run --mech signal x"), -1);
	assert_int_not_equal(o.filter.mechs, 0);
	assert_int_equal(parse(&o, "run --pipe 5123 --pipe pipe:[77] x"), -1);
	assert_int_equal(o.filter.n_objects, 2);
	assert_int_equal(o.filter.objects[0].id, 5123);
	assert_int_equal(o.filter.objects[1].id, 77);
	assert_int_equal(o.filter.objects[1].dev, 0);
	assert_int_equal(o.filter.objects[1].mech, MECH_PIPE);
	assert_int_equal(parse(&o, "run --shm 0 --sem sem:[5] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 0);
	assert_int_equal(o.filter.objects[0].mech, MECH_SHM);
	assert_int_equal(o.filter.objects[1].id, 5);
	assert_int_equal(o.filter.objects[1].mech, MECH_SEM);
	assert_int_equal(parse(&o, "run --msg msg:[9] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 9);
	assert_int_equal(o.filter.objects[0].mech, MECH_MSG);
	assert_int_equal(parse(&o, "replay --mq jobs --msg 9 --mq mq:/others --mq /jobs-2 f"), -1);
	assert_int_equal(o.filter.n_objects, 4);
	assert_int_equal(o.filter.by_name, 1);
	assert_int_equal(o.filter.objects[0].mech, MECH_MQ);
	assert_true(o.filter.objects[0].id == FILTER_NO_ID);
	assert_string_equal(o.filter.names[0].text, "jobs");
	assert_int_equal(o.filter.names[0].len, 4);
	assert_int_equal(o.filter.names[1].len, 0);
	assert_string_equal(o.filter.names[2].text, "others");
	assert_string_equal(o.filter.names[3].text, "jobs-2");
	assert_int_equal(parse(&o, "run --sock socket:[13] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 13);
	refused("run --pipe socket:[1] x", "an inode like");
	assert_int_equal(parse(&o, "run --sock sock:[12] x"), -1);
	assert_int_equal(o.filter.objects[0].id, 12);
	assert_int_equal(o.filter.objects[0].mech, MECH_SOCK);
	assert_int_equal(parse(&o, "run --unix @ab x"), -1);
	assert_int_equal(o.filter.objects[0].mech, MECH_SOCK);
	assert_true(o.filter.objects[0].id == FILTER_NO_ID);
	assert_int_equal(o.filter.names[0].len, 3);
	assert_memory_equal(o.filter.names[0].text, "\0ab\0", 4);
	assert_int_equal(parse(&o, "run --unix /s x"), -1);
	assert_int_equal(o.filter.names[0].len, 2);
	assert_string_equal(o.filter.names[0].text, "/s");
	refused("run --unix @ x", "one name");
	refused("run --unix a --unix b x", "one name");
	refused("replay --unix a f", "--unix");
	refused("run --comm= x", "a name of 15 bytes at most");
	refused("run --comm sixteen--letters x", "a name of 15 bytes at most");
	refused("replay --comm seventeen-letters f", "a name of 15 bytes at most");
	refused("run --user no-such-user x", "a user's name or number");
	refused("run --user 12x x", "a user's name or number");
	refused("run --user 4294967295 x", "a user's name or number");
	refused("run --user 4294967296 x", "a user's name or number");
	refused("run --user 18446744073709551616 x", "a user's name or number");
	refused("run --user -1 x", "a user's name or number");
	refused("run --user= x", "a user's name or number");
	refused("run --mech socket x", "it takes some of pipe, fifo, epoll, shm, shmem, sem, msg, "
				       "eventfd, timerfd, mq, sock, signal");
	refused("run --mech= x", "it takes some of pipe, fifo, epoll, shm, shmem, sem, msg, "
				 "eventfd, timerfd, mq, sock, signal");
	refused("run --pipe 12x x", "an inode like");
	refused("run --pipe pipe:[12 x", "an inode like");
	refused("run --pipe x x", "an inode like");
	refused("run --pipe 18446744073709551616 x", "an inode like");
	refused("run --pipe pipe:[99999999999999999999] x", "an inode like");
	refused("run --pipe shm:[1] x", "an inode like");
	refused("run --shm sem:[1] x", "an id like");
	refused("run --sem -1 x", "an id like");
	refused("run --msg sem:[1] x", "an id like");
	refused("run --shm 4294967296 x", "an id like");
	refused("stat --watch shm:1+0:4 x", "--watch");
	refused("run --path /dev/null x", "a FIFO");
	refused("run --mq / x", "the name of a queue");
	refused("run --mq a/b x", "the name of a queue");
	refused("replay --mq 47-bytes-are-one-more-than-a-record-has-room-fo x",
		"46 bytes at most");
	refused("run --cgroup /dev/null x", "a directory of a cgroup2");
	refused("run --cgroup /proc x", "a directory of a cgroup2");
	refused("run --cgroup / x", "a directory of a cgroup2");
	refused("run --cgroup /no/such x", "a directory of a cgroup2");
	refused("run --min-wait 5 --waits=1 x", "takes no value");
	refused("pipe-cases --comm x", "means nothing to 'pipe-cases'");
}

static void a_fifo(void **state)
{
	char path[] = "/tmp/ipctrace-fifo.XXXXXX", line[64];
	struct stat st;
	struct opts o;
	int rc;

	close(mkstemp(path));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(line, sizeof(line), "run --path %s x", path);
	rc = parse(&o, line);
	assert_int_equal(stat(path, &st), 0);
	unlink(path);
	assert_int_equal(rc, -1);
	assert_int_equal(o.filter.objects[0].mech, MECH_FIFO);
	assert_int_equal(o.filter.objects[0].id, st.st_ino);
	assert_int_equal(o.filter.objects[0].dev, kernel_dev(&st));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(trace_files),
	    cmocka_unit_test(cases),
	    cmocka_unit_test(every_option),
	    cmocka_unit_test(where_run_ends),
	    cmocka_unit_test(durations),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(wrong),
	    cmocka_unit_test(stat_of_one_thing),
	    cmocka_unit_test(answered),
	    cmocka_unit_test(entries),
	    cmocka_unit_test(nearest),
	    cmocka_unit_test(why),
	    cmocka_unit_test(forms),
	    cmocka_unit_test(attach),
	    cmocka_unit_test(cgroup),
	    cmocka_unit_test(filters),
	    cmocka_unit_test(a_fifo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
