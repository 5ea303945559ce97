/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace doctor: tells what this kernel and this process allow, hook by hook, and how to fix
 * the rest. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kern/caps.h"
#include "session/choose.h"
#include "cmd/cmd.h"
#include "lib/log.h"
#include "kern/probe.h"
#include "watch/watch.h"
#include "print/wrap.h"

#define SECURITY  "/sys/kernel/security"
#define LOCKDOWN  SECURITY "/lockdown"
#define ROW	  "%-14s"
#define ROW_WIDTH 14

static void row(const char *name, const char *text)
{
	printf(ROW "%s\n", name, text);
}

static void print_btf(const struct probe *p)
{
	struct stat st;

	if (stat(BTF_FILE, &st))
		printf(ROW "%s: %s\n", "BTF", BTF_FILE, strerror(errno));
	else if (!p->btf)
		printf(ROW "%s: there, but it cannot be read\n", "BTF", BTF_FILE);
	else
		printf(ROW "%s: can be read, %lld kB\n", "BTF", BTF_FILE,
		       (long long)st.st_size / 1024);
}

/* The file reads "none [integrity] confidentiality": the mode in brackets is the one in force. */
static void print_lockdown(void)
{
	char text[128] = "", *open, *close;
	FILE *f = fopen(LOCKDOWN, "re");

	if (!f && errno == ENOENT && access(SECURITY "/lsm", F_OK))
		row("lockdown", "unknown: securityfs is not mounted on " SECURITY);
	else if (!f && errno == ENOENT)
		row("lockdown", "none: not built into this kernel");
	else if (!f)
		printf(ROW "unknown: %s: %s\n", "lockdown", LOCKDOWN, strerror(errno));
	if (!f)
		return;
	if (fgets(text, sizeof(text), f) && (open = strchr(text, '[')) &&
	    (close = strchr(open, ']'))) {
		*close = '\0';
		row("lockdown", open + 1);
	} else {
		row("lockdown", "unknown: " LOCKDOWN " does not say");
	}
	fclose(f);
}

static void print_caps(const struct probe *p)
{
	static const struct {
		int cap;
		const char *name;
	} caps[] = {
	    {CAP_BPF, "CAP_BPF"},
	    {CAP_PERFMON, "CAP_PERFMON"},
	    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
	    {CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE"},
	};

	printf(ROW "uid %u, %s\n", "process", geteuid(),
	       p->privileged ? "may trace" : "may not trace");
	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		printf("  %-20s %s\n", caps[i].name, have_cap(caps[i].cap) ? "yes" : "no");
}

static bool is_common(const struct hook *hook)
{
	return hook->backends & 1U << BACKEND_FENTRY && hook->backends & 1U << BACKEND_SYSCALL;
}

static void print_hook(const struct hook *hook)
{
	printf("  %-7s %-20s %s%s\n", hook_type_name(hook->type), hook->name,
	       hook->error ? "refused: " : "loads", hook->error ? hook_why(hook) : "");
}

static void print_hooks(const struct probe *p, enum backend wanted)
{
	printf("\nhooks of every run\n");
	for (size_t i = 0; i < p->n_hooks; i++)
		if (is_common(&p->hooks[i]))
			print_hook(&p->hooks[i]);
	for (enum backend b = BACKEND_FENTRY; b <= BACKEND_SYSCALL; b++) {
		if (wanted != BACKEND_AUTO && wanted != b)
			continue;
		printf("\nhooks of the %s backend: %s\n", backend_name(b),
		       probe__missing(p, b) ? "does not work" : "works");
		for (size_t i = 0; i < p->n_hooks; i++)
			if (!is_common(&p->hooks[i]) && p->hooks[i].backends & 1U << b)
				print_hook(&p->hooks[i]);
	}
}

static const char *fix(const struct probe *p, enum backend best, enum backend wanted)
{
	const struct hook *fentry = probe__missing(p, BACKEND_FENTRY);

	if (p->too_old)
		return "boot a kernel of 5.18 or newer: older ones do not tell with sched_switch "
		       "whether the task sleeps";
	if (!p->privileged)
		return "run 'sudo ipctrace doctor' to try the hooks; tracing needs root, or "
		       "CAP_BPF and "
		       "CAP_PERFMON";
	if (!p->btf)
		return "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, or mount sysfs if it is "
		       "not mounted; the hooks cannot be tried without";
	if (fentry && is_locked_down(fentry))
		return "boot without lockdown=confidentiality, in which BPF may not read the "
		       "kernel's memory; lockdown=integrity will do";
	if (best == BACKEND_AUTO && wanted != BACKEND_AUTO)
		return "leave --backend out: another backend may work";
	if (best == BACKEND_AUTO)
		return "if this is a container, run ipctrace on the host; else boot a "
		       "distribution's kernel "
		       "(CONFIG_BPF_SYSCALL, CONFIG_BPF_EVENTS, CONFIG_FTRACE_SYSCALLS)";
	if (p->preempted && !p->by_perf)
		return "mount tracefs on /sys/kernel/tracing and run as root: since Linux 7.0 "
		       "hooks that do not go by way of perf can be preempted, and what comes by "
		       "meanwhile is lost (counted as nested)";
	if (best != BACKEND_FENTRY && wanted == BACKEND_AUTO && fentry)
		return "nothing must be fixed; a kernel with CONFIG_FUNCTION_TRACER and "
		       "CONFIG_KPROBES would allow "
		       "the fentry backend, which sees inside io_uring and costs other processes "
		       "next to nothing";
	return "nothing";
}

static int doctor(const struct opts *o)
{
	struct utsname u;
	struct probe p;
	enum backend best;
	size_t col = ROW_WIDTH;
	char way[128];
	int rc = probe__run(&p, o->backend);

	if (rc) {
		log_error("cannot probe the kernel: %s", strerror(-rc));
		return EXIT_FAILED;
	}
	uname(&u);
	printf(ROW "%s %s%s\n", "kernel", u.release, u.machine,
	       p.too_old ? ": too old, 5.18 is needed" : "");
	print_btf(&p);
	print_lockdown();
	print_caps(&p);
	if (p.n_hooks)
		print_hooks(&p, o->backend);
	else
		printf("\nhooks: not tried%s\n", p.privileged ? "" : ", that needs root");

	best = p.too_old || !p.n_hooks ? BACKEND_AUTO : probe__best(&p);
	printf("\n" ROW "%s\n", "backend",
	       best != BACKEND_AUTO ? backend_name(best)
	       : p.n_hooks	    ? "none works"
				    : "not known");
	printf(ROW "%s\n", "words", p.privileged ? watch__way(way, sizeof(way)) : "not tried");
	printf(ROW, "to fix");
	put_words(fix(&p, best, o->backend), ROW_WIDTH, &col);
	putchar('\n');
	probe__free(&p);
	return best == BACKEND_AUTO ? EXIT_FAILED : EXIT_HELD;
}

const struct verb verb_doctor = {
    .name = "doctor",
    .args = "",
    .help = "what this kernel allows, and how to fix the rest",
    .forms = {{"", OPT(BACKEND)}},
    .run = doctor,
};
