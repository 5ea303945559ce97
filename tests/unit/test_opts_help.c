/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of what help says of verbs and options, and of the table of options. */
#include "opts/table.h"
#include "opts_rig.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_option),
	    cmocka_unit_test(answered),
	    cmocka_unit_test(entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
