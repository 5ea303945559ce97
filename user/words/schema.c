// SPDX-License-Identifier: GPL-2.0
/* Prints the schema of the JSON output, made from the same tables as the output itself. */
#include "words/schema.h"

#include <stdbool.h>
#include <string.h>

#include "print/json.h"
#include "words/labels.h"
#include "names/mech.h"
#include "names/opclass.h"

/*
 * The members of each kind of line: NAME TYPE pairs, "!" after a name that is always there.
 * TYPE is a JSON type, a definition below, or words joined by "|".
 */
struct shape {
	const char *name, *members;
};

#define DOING	"doing! runs|sleeps|stopped|faults|exits|zombie"
#define VERDICT "verdict! none|deadlock|stopped|open|unknown"
#define FLOW                                                                                       \
	"ops! integer reads! integer read_bytes! integer writes! integer write_bytes! integer "    \
	"splices! integer splice_bytes! integer "
#define SOCKET                                                                                     \
	"family string sock_type string shut read|write|both listens boolean pending boolean "     \
	"peer_gone boolean "
#define WAITS "wait! times delay! times open! integer earlier! integer "
#define TASK                                                                                       \
	"t! integer pid! integer tid! integer comm! string inner_pid integer inner_tid integer "

static const struct shape kinds[] = {
    {"run", "scenario string case string title string command string backend string kernel string"},
    {"op",
     TASK "op string class class fd integer object string arg integer cmd command "
	  "key integer flags string epfd integer events string nsops integer num integer "
	  "nsems integer uid integer "
	  "gid integer mode integer sleepers integer type integer wanted integer "
	  "priority integer handed boolean owner integer due integer interval integer limit "
	  "integer prot string granted integer end read|write|both "
	  "seals string offset integer val integer value integer ret! integer error string "
	  "duration! integer nonblock! "
	  "boolean packet! boolean io_uring! boolean "
	  "second! boolean slept! boolean limit_reached string limit_used integer limit_max "
	  "integer limit_user integer limit_made integer limit_orphans integer path string " SOCKET
	  "before state after state cause cause attached attached"},
    {"wait",
     TASK "op string class class fd integer object string reason! reason needs integer "
	  "wanted integer priority integer flags string due integer interval integer "
	  "offset integer value integer opens read|write stopped_by string last_gone "
	  "boolean polls integer watches string "
	  "slept_at! integer "
	  "woken_at integer slept! integer delay integer open! boolean earlier boolean " SOCKET
	  "state state "
	  "state_woken state waker task cause cause"},
    {"signal", TASK "event! generated|delivered sig string signo! integer code! integer "
		    "result queued|ignored|coalesced|overflow|lost-info|too-late group boolean "
		    "child_left zombie|nothing "
		    "inherited_pid integer "
		    "inherited_comm string "
		    "handler default|ignore|handler fatal string sender task cause cause"},
    {"fork", TASK "child! child thread! boolean cause cause"},
    {"exec", TASK "path! string name! string cause cause"},
    {"task", TASK "partner! boolean cause cause"},
    {"rename", TASK "name! string cause cause"},
    {"exit", TASK "signal string core boolean status integer last! boolean cause cause"},
    {"object",
     TASK "event! change object string fd integer op string end read|write|both file string "
	  "uid integer refs integer released boolean ret integer error string "
	  "forced boolean " SOCKET "state state path string cause cause attached attached"},
    {"map", TASK "event! map_change object string fd integer op string addr! string len! integer "
		 "offset! integer prot! string error string flags string state state cause cause"},
    {"fault", TASK "access! read|write object string op string addr! string offset! integer "
		   "pfn string ip! string denied boolean beyond boolean cause cause"},
    {"access",
     TASK "event! load|store|access object string op string word! integer offset! integer "
	  "len! integer was integer value integer exact! boolean update plain|atomic "
	  "loaded integer unseen integer over integer stores integer lost integer addr! string "
	  "ip string symbol string file string line integer cause cause"},
    {"lost", "t! integer cause! loss count! integer"},
    {"output", "text! string"},
    {"asleep", TASK "op string class class fd integer object string reason! reason needs integer "
		    "wanted integer priority integer flags string due integer interval integer "
		    "offset integer value integer opens read|write stopped_by string polls integer "
		    "watches string slept_at! integer earlier boolean " SOCKET
		    "state state cause cause slept! integer "
		    "holders! held words! string"},
    {"claim",
     "scenario string case string claim! string title string lesson string quote string "
     "gloss string differs string result! holds|fails|inconclusive why string line! integer "
     "pattern string evidence! strings"},
    {"summary", "records! integer summed integer lost! integer lost_by! losses backend string "
		"watched_by hardware|step|nothing kernel string "
		"note string claims_held! integer claims_failed! integer "
		"claims_inconclusive! integer incomplete! boolean"},
    {"why",
     "pid! integer tid! integer comm! string inner_pid integer inner_tid integer " DOING
     " tracer tracer op string class class fd integer object string reason reason needs "
     "integer wanted integer priority integer flags string due integer interval integer "
     "opens read|write deleted boolean "
     "alone boolean awaits "
     "any|one awaited integer offset integer value integer value_now integer mappers mappers "
     "mappers_known boolean timeout "
     "boolean "
     "asleep_min integer asleep_max integer " SOCKET "state state watches watches "
     "holders holders enders enders openers openers expires expiry handles strings "
     "interrupted_by due_timer "
     "killed_by due_timer " VERDICT " doubts! doubts in_cycle boolean "
     "path integers"},
    {"stat_object", "rest! boolean object string generation integer op string " FLOW WAITS
		    "reasons! reasons users! users users_cut! boolean"},
    {"stat_pair", "rest! boolean pid integer inner_pid integer comm string by by reads! integer "
		  "read_bytes! integer " WAITS},
    {"stat", "span! integer objects! integer pairs! integer lower_bounds! boolean doubt string"},
    {"look", "tasks! integer descriptors! integer apart! integer kernel! string"},
};

static const struct shape groups[] = {
    {"child", "pid! integer tid! integer comm! string inner_pid integer inner_tid integer"},
    {"task", "ctx! context pid integer tid integer comm string op string fd integer object string "
	     "sig string"},
    {"cause",
     "kind! cause_kind pid integer tid integer comm string op string fd integer sig string "
     "terminal boolean how change t integer bytes integer amount integer object string"},
    {"watch", "object string end read|write|both edge boolean disarmed boolean"},
    {"due_timer", "timer! ITIMER_REAL|timer_create sig! string due! integer"},
    {"holder", "pid integer tid integer comm string fd! integer object! string "
	       "end read|write|both way! read|write|size|control|set|shutdown"},
    {"expiry", "object! string fd integer due! integer interval! integer"},
    {"held_by", "pid! integer comm! string fd! integer end! read|write|both"},
    {"by", "ctx context pid integer inner_pid integer comm string"},
    {"times", "count! integer total! integer p50 integer p90 integer p99 integer max integer"},
    {"slept_for", "reason! reason count! integer total! integer"},
    {"user", "pid! integer inner_pid integer comm! string " FLOW "waits! integer waited! integer"},
    {"ender", "pid! integer tid! integer comm! string " DOING " op string tracer tracer " VERDICT
	      " by_signal! boolean"},
    {"attached_by", "pid! integer comm! string orphan_of forker"},
    {"forker", "pid! integer comm! string ended! integer"},
    {"opener", "pid! integer tid! integer comm! string object! string opens read|write"},
    {"tracer", "pid integer tid integer comm string"},
    {"mapper", "pid! integer tid! integer comm! string"},
};

/* NAME is an array of TYPE. */
static const struct shape arrays[] = {
    {"strings", "string"},
    {"integers", "integer"},
    {"watches", "watch"},
    {"holders", "holder"},
    {"held", "held_by"},
    {"reasons", "slept_for"},
    {"users", "user"},
    {"enders", "ender"},
    {"openers", "opener"},
    {"mappers", "mapper"},
    {"attached", "attached_by"},
    {"doubts", "elsewhere|chain|unseen|moved|watch|cut|anybody|signal|opener|word|peer"},
};

/* Takes the next word of the list. Returns its length, 0 at the end. */
static size_t next_word(const char **at, const char **word)
{
	size_t len;

	*at += strspn(*at, " ");
	*word = *at;
	len = strcspn(*at, " ");
	*at += len;
	return len;
}

static void put_type(struct json *js, const char *name, const char *type, size_t len)
{
	static const char *const plain[] = {"integer", "boolean", "string"};
	char ref[64];

	json__object(js, name);
	if (memchr(type, '|', len)) {
		json__array(js, "enum");
		for (const char *end = type + len; type < end; type++) {
			size_t word = strcspn(type, "| ");

			json__text(js, NULL, type, word);
			type += word;
		}
		json__array_end(js);
		json__object_end(js);
		return;
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strlen(plain[i]) == len && !memcmp(type, plain[i], len)) {
			json__string(js, "type", plain[i]);
			json__object_end(js);
			return;
		}
	}
	snprintf(ref, sizeof(ref), "#/$defs/%.*s", (int)len, type);
	json__string(js, "$ref", ref);
	json__object_end(js);
}

static void put_members(struct json *js, const char *members, const char *kind)
{
	const char *at = members, *name, *type;
	size_t len, type_len;
	char key[32];

	json__string(js, "type", "object");
	json__bool(js, "additionalProperties", false);
	json__object(js, "properties");
	if (kind) {
		json__object(js, "kind");
		json__string(js, "const", kind);
		json__object_end(js);
	}
	while ((len = next_word(&at, &name))) {
		type_len = next_word(&at, &type);
		snprintf(key, sizeof(key), "%.*s", (int)(len - (name[len - 1] == '!')), name);
		put_type(js, key, type, type_len);
	}
	json__object_end(js);
	json__array(js, "required");
	if (kind)
		json__string(js, NULL, "kind");
	at = members;
	while ((len = next_word(&at, &name))) {
		if (name[len - 1] == '!')
			json__text(js, NULL, name, len - 1);
		next_word(&at, &type);
	}
	json__array_end(js);
}

static const char *reason_name(unsigned int i)
{
	const struct reason *r = reason__get(i);

	return i ? r ? r->name : NULL : "unknown";
}

static const char *cause_name(unsigned int i)
{
	return cause_label((enum cause_kind)i);
}

static void put_enum(struct json *js, const char *name, const char *(*label)(unsigned int))
{
	json__object(js, name);
	json__array(js, "enum");
	/* Ids are append-only and may have gaps: look beyond the first. */
	for (unsigned int i = 0; i < 64; i++)
		json__string(js, NULL, label(i));
	json__array_end(js);
	json__object_end(js);
}

/* Whether an earlier mechanism has the word already. */
static bool seen_word(unsigned int mech, int word)
{
	const char *name = mech__get(mech)->words[word];

	for (unsigned int m = 0; m < mech; m++)
		for (int w = 0; mech__get(m) && w < STATE_WORDS; w++)
			if (mech__get(m)->words[w] && !strcmp(mech__get(m)->words[w], name))
				return true;
	return false;
}

static void put_integers(struct json *js, const char *key)
{
	json__object(js, key);
	json__string(js, "type", "integer");
	json__object_end(js);
}

static void put_state(struct json *js)
{
	json__object(js, "state");
	json__string(js, "type", "object");
	json__bool(js, "additionalProperties", false);
	json__object(js, "properties");
	for (unsigned int m = 0; m < 64; m++)
		for (int w = 0; mech__get(m) && w < STATE_WORDS; w++)
			if (mech__get(m)->words[w] && !seen_word(m, w))
				put_integers(js, mech__get(m)->words[w]);
	json__object_end(js);
	json__object_end(js);
}

static void put_losses(struct json *js)
{
	json__object(js, "losses");
	json__string(js, "type", "object");
	json__bool(js, "additionalProperties", false);
	json__object(js, "properties");
	for (unsigned int i = 0; i < LOST_CAUSES; i++)
		put_integers(js, lost_label(i));
	json__object_end(js);
	json__object_end(js);
}

static void put_definitions(struct json *js)
{
	json__object(js, "$defs");
	put_state(js);
	put_losses(js);
	put_enum(js, "class", class_label);
	put_enum(js, "reason", reason_name);
	put_enum(js, "change", change_label);
	put_enum(js, "map_change", map_label);
	put_enum(js, "context", context_label);
	put_enum(js, "cause_kind", cause_name);
	put_enum(js, "loss", lost_label);
	json__object(js, "command");
	json__array(js, "type");
	json__string(js, NULL, "string");
	json__string(js, NULL, "integer");
	json__array_end(js);
	json__object_end(js);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		json__object(js, arrays[i].name);
		json__string(js, "type", "array");
		put_type(js, "items", arrays[i].members, strlen(arrays[i].members));
		json__object_end(js);
	}
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		json__object(js, groups[i].name);
		put_members(js, groups[i].members, NULL);
		json__object_end(js);
	}
	json__object_end(js);
}

static void put_calls(struct json *js, const char *name, unsigned int wanted)
{
	unsigned int traits;
	const char *call;

	json__array(js, name);
	for (unsigned int i = 0; (call = op_call__row(i, &traits)); i++)
		if (traits & wanted)
			json__string(js, NULL, call);
	json__array_end(js);
}

void schema__print(FILE *out)
{
	struct json js;

	json__begin(&js, out);
	json__string(&js, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json__string(&js, "title", "one line of ipctrace -f json");
	json__string(&js, "type", "object");
	json__array(&js, "oneOf");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		json__object(&js, NULL);
		put_members(&js, kinds[i].members, kinds[i].name);
		json__object_end(&js);
	}
	json__array_end(&js);
	put_definitions(&js);
	json__object(&js, "x-calls");
	put_calls(&js, "arg_is_address", T_ARG_ADDRESS);
	put_calls(&js, "ret_is_number_of_run", T_RESULT_ID | T_RESULT_ADDRESS);
	json__object_end(&js);
	json__end(&js);
}
