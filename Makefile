# Everything a user or a developer does here.   List: make
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:

# What may be set on the command line. Another name is a mistake, which nothing else would notice.
SETTINGS := SERVICES CONSUMERS CATCH_UP_SECONDS USER_EVENTS_QUEUE POSTGRES% RABBITMQ% PG% INGEST_PASSWORD LOAD_PASSWORD \
  ORGANIZATIONS USER_EVENTS DIRECT IMPORT_DATE FROM TO IN_ONE_PASS PREVIEW RULES STATUS CSV BACKUP YES \
  FILES FAULTS SEED HISTORIES STORM PROMOTIONS SYSTEMS RUN SHELL UNTUNED SHARDS WORKERS %_proxy %_PROXY PIP% DOCKER% COMPOSE%
UNKNOWN := $(filter-out $(SETTINGS),$(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name))))
$(if $(UNKNOWN),$(error there is no setting $(firstword $(UNKNOWN)): 'make help' lists them))

export IMPORT_DATE
# make -C leaves the folder that it was called in.
export CALLED_IN := $(PWD)

MANAGE := @services/manage
CHECKED := driver reporting bench db/tools/mutate services/dead_letters.py services/let_in.py
SCRIPTS := .ci/matrix .ci/run $(addprefix services/,apt-install common docker external import local manage passwords processes requirements tuned venv) \
  $(addprefix db/,citus/test lint migrate test tools/coverage tools/restore tools/scratch tools/try)
# Run a command where the tools and the services are: on this machine or in a container.
RUN := $(MANAGE) run
# The same as the superuser: tests install extensions, stop sessions and change settings of the server.
RUN_AS_ADMIN := $(MANAGE) run_as_admin
# Run a command on the database that libpq's variables name, if they do: make starts no Citus cluster.
CLUSTER = $(if $(PGHOST),@PATH="$(CURDIR)/.venv/bin:$$PATH",$(RUN_AS_ADMIN))
# Run it with the rights of one role only.
AS = $(RUN) env PGOPTIONS='-c role=warehouse_$(1)$(if $(IN_ONE_PASS), -c warehouse.in_one_pass=$(IN_ONE_PASS))'
# A reader that goes, as in `make status | head`, is no fault.
READ_ON := || [[ $$? == 141 ]]

##@ use
.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^##@ / {group = $$0} \
	  /^[a-z0-9_]+:.*## / { \
	    line = sprintf("  %-18s", $$1); count = split($$2, words, " "); \
	    for (word = 1; word <= count; word++) { \
	      if (length(line words[word]) > 78) {targets[group] = targets[group] line "\n"; line = sprintf("%20s", "")} \
	      line = line " " words[word]; \
	    } \
	    targets[group] = targets[group] line "\n"; \
	  } \
	  END {printf "use\n%s\noperate\n%s\ndevelop\n%s", targets["##@ use"], targets["##@ operate"], targets["##@ develop"]}' \
	  $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Start the database, RabbitMQ and the consumer; migrate (SERVICES=docker|local|external, CONSUMERS=2, CATCH_UP_SECONDS=60)
	$(MANAGE) setup

##@ operate
.PHONY: migrate
migrate: ## Bring schema and functions up to date
	$(MANAGE) migrate

##@ use
.PHONY: import
import: ## Import the files that are named, - is stdin; none: the sample (ORGANIZATIONS=file USER_EVENTS=file; DIRECT=1: past the queue)
	@services/import $(subst @,,$(call AS,ingest)) python -m driver import

.PHONY: users_dim user_events_daily
users_dim: ## Load crm.users_dim for one day (IMPORT_DATE=2020-12-08)
user_events_daily: ## Load reports.user_events_daily for one day (IMPORT_DATE=2020-12-08)
users_dim user_events_daily:
	@[[ -n $$IMPORT_DATE ]] || { echo "usage: make $@ IMPORT_DATE=YYYY-MM-DD" >&2; exit 2; }
	$(call AS,load) python -m driver load $@ --date "$$IMPORT_DATE"

# Any other load that etl.loads has.
.DEFAULT:
	@[[ -n $$IMPORT_DATE ]] || { echo "make: there is no target '$@': 'make help' lists them; a load takes IMPORT_DATE=YYYY-MM-DD" >&2; exit 2; }
	$(call AS,load) python -m driver load $@ --date "$$IMPORT_DATE"

.PHONY: load
load: ## Run every load for the days of a range that are not loaded yet (FROM=2020-12-05 TO=2020-12-11, IN_ONE_PASS=on|off)
	@[[ -n "$(FROM)" && -n "$(TO)" ]] || { echo "usage: make load FROM=YYYY-MM-DD TO=YYYY-MM-DD" >&2; exit 2; }
	$(call AS,load) python -m driver load-days "$(FROM)" "$(TO)"

.PHONY: catch_up
catch_up: ## Run every load for exactly the days that need it
	$(call AS,load) python -m driver catch-up

##@ operate
.PHONY: preview
preview: ## Show what the loads of a day would change, or those of all stale days (IMPORT_DATE=2020-12-08, or FROM= TO=)
	$(RUN) psql --no-psqlrc --quiet --set=day="$$IMPORT_DATE" --set=first="$(FROM)" --set=last="$(TO)" --file=db/tools/preview.sql

.PHONY: try
try: ## Show what the rules of a checkout would change, on a copy with the raw events of some days (FROM= TO= RULES=../branch/db)
	@[[ -n "$(FROM)" && -n "$(TO)" ]] || { echo "usage: make try FROM=YYYY-MM-DD TO=YYYY-MM-DD [RULES=FOLDER]" >&2; exit 2; }
	$(RUN) db/tools/try "$(FROM)" "$(TO)" $(RULES)

.PHONY: rebuild
rebuild: ## Build the whole dimension anew in one pass, beside its readers (PREVIEW=1 shows what would differ)
	$(RUN) psql --no-psqlrc --command="$(if $(PREVIEW),SELECT * FROM etl.preview_history(),CALL etl.build_history())"

##@ use
.PHONY: status
status: ## Show the queue, the last loads and the problems that somebody has to solve (STATUS=--json or --prometheus)
	$(call AS,load) python -m reporting status $(STATUS) $(READ_ON)

.PHONY: report
report: ## Show the daily numbers, and write report.html (FROM=2020-12-05 TO=2020-12-11 CSV=file)
	$(call AS,read) python -m reporting report $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") \
	  --html report.html $(if $(CSV),--csv "$(CSV)") $(READ_ON)

.PHONY: demo
demo: setup import ## From nothing to both tables: import the sample, load its seven days
	@$(MAKE) --no-print-directory load FROM=2020-12-05 TO=2020-12-11
	$(RUN) psql -X --quiet <<<"$$DEMO_SQL"
	@echo 'What next:'
	@echo '  make report                   the numbers of each day; report.html has charts'
	@echo '  make psql                     then, for example, TABLE crm.users_current;'
	@echo '  make import USER_EVENTS=FILE  your own events, as in data/user_events.json'
	@echo '  make stop                     stops the servers, and keeps the data'

define DEMO_SQL
\encoding UTF8
\pset border 2
\pset linestyle unicode
\pset null ·
\pset footer off
SET timezone = 'UTC';
\pset title 'crm.users_dim (versions may differ in e-mail, type and plan, too)'
SELECT left(user_id, 6) || '…' AS user_id,
       to_char(valid_from, 'DD Mon HH24:MI') AS valid_from,
       to_char(valid_to, 'DD Mon HH24:MI') AS valid_to,
       CASE WHEN is_deleted THEN 'deleted' WHEN is_valid THEN 'valid' ELSE 'past' END AS state,
       username, organization_name AS organization
FROM crm.users_dim
ORDER BY min(users_dim.valid_from) OVER (PARTITION BY user_id), users_dim.user_id, users_dim.valid_from;
\pset title reports.user_events_daily
TABLE reports.user_events_daily ORDER BY event_date;
endef
export DEMO_SQL

##@ develop
.PHONY: test_tools
test_tools:
	$(MANAGE) prepare_tests

.PHONY: test
test: test_tools setup ## Run the SQL and the Python tests, with coverage
	$(RUN_AS_ADMIN) db/test
	$(RUN_AS_ADMIN) python -m pytest -n 2 --cov-fail-under=100

##@ operate
.PHONY: distribute undistribute
distribute: ## Spread the warehouse over the workers of a Citus cluster (PGHOST=coordinator …)
	$(CLUSTER) psql --no-psqlrc --file=db/citus/distribute.sql

undistribute: ## Bring it back to the coordinator
	$(CLUSTER) psql --no-psqlrc --file=db/citus/undistribute.sql
	$(CLUSTER) db/migrate

##@ develop
.PHONY: test_citus
test_citus: test_tools setup ## Run the SQL tests and the random histories on a Citus cluster (PGHOST=coordinator …)
	$(CLUSTER) db/citus/test

.PHONY: bench_citus
bench_citus: test_tools setup ## Measure ingest and loads on 0, 1, 2 … workers, with the plan of each statement
	$(CLUSTER) python -m bench.citus

.PHONY: lint
lint: test_tools setup ## Check style and types of Python, the scripts, and every SQL function
	$(RUN_AS_ADMIN) xargs --max-procs=2 --replace bash -c '{}' <<<"$$LINT"

define LINT
pylint $(CHECKED)
mypy $(CHECKED)
db/lint
flake8 $(CHECKED)
shellcheck $(SCRIPTS)
black --check $(CHECKED)
shfmt --diff -i 4 -ci -bn $(SCRIPTS)
endef
export LINT

.PHONY: reference
reference: setup ## Write docs/reference.md and docs/tables.md from the database
	$(RUN) psql --no-psqlrc --quiet --no-align --tuples-only --file=db/tools/reference.sql --output=docs/reference.md
	$(RUN) psql --no-psqlrc --quiet --no-align --tuples-only --file=db/tools/diagram.sql --output=docs/tables.md

.PHONY: mutate
mutate: test_tools setup ## Change one thing at a time in the SQL functions: the SQL tests must fail (FILES=…, else half an hour)
	$(RUN_AS_ADMIN) db/tools/scratch pgtap db/tools/mutate $(FILES)

.PHONY: e2e
e2e: test_tools setup ## Emit events, load them, compare every row of both tables
	$(RUN_AS_ADMIN) python -m pytest driver/tests/test_e2e.py --no-cov

.PHONY: soak
soak: FAULTS := 300
soak: HISTORIES := 3000
soak: STORM := 300
soak: PROMOTIONS := 30
soak: test_tools setup ## Test faults, histories, loads at once and failovers for long (FAULTS=300 SEED=1 HISTORIES=3000 STORM=300 PROMOTIONS=30)
	$(RUN_AS_ADMIN) env FAULTS=$(FAULTS) python -m pytest --no-cov -s driver/tests/test_faults.py
	$(RUN_AS_ADMIN) env HISTORIES=$(HISTORIES) STORM=$(STORM) python -m pytest --no-cov \
	  driver/tests/test_random_histories.py driver/tests/test_concurrent_loads.py
	$(RUN_AS_ADMIN) env FAILOVER=1 PROMOTIONS=$(PROMOTIONS) PROMOTE_EVERY=60 python -m pytest --no-cov -s \
	  'driver/tests/test_standby.py::test_a_standby_is_promoted[synchronous]'

.PHONY: test_failover
test_failover: test_tools setup ## Kill each node of a RabbitMQ of three, and primaries of PostgreSQL, under a stream of events, minutes (PROMOTIONS=5)
	$(RUN_AS_ADMIN) env FAILOVER=1 PROMOTIONS=$(PROMOTIONS) python -m pytest --no-cov -s driver/tests/test_cluster.py driver/tests/test_standby.py

.PHONY: test_dbt
test_dbt: test_tools setup ## Build the dbt project of docs/dbt on a warehouse, with the real dbt
	@[[ -x .services/dbt/bin/dbt ]] || { python3 -m venv .services/dbt && .services/dbt/bin/pip install --quiet -r docs/dbt/requirements.txt; }
	$(RUN_AS_ADMIN) env DBT=$(CURDIR)/.services/dbt/bin/dbt python -m pytest --no-cov driver/tests/test_dbt.py

.PHONY: bench
bench: test_tools setup ## Measure the way into raw, the loads and freshness, half an hour
	$(RUN_AS_ADMIN) db/tools/scratch pgtap python -m bench.ingest
	$(RUN_AS_ADMIN) db/tools/scratch pgtap python -m bench.loads
	$(RUN_AS_ADMIN) db/tools/scratch pgtap python -m bench.history
	$(RUN_AS_ADMIN) db/tools/scratch pgtap python -m bench.freshness

.PHONY: test_docker lint_docker
test_docker: ## Run `test` in containers
lint_docker: ## Run `lint` in containers
test_docker lint_docker: %_docker:
	@$(MAKE) --no-print-directory SERVICES=docker $*

##@ operate
.PHONY: backup restore
backup restore: BACKUP := warehouse.dump
backup: ## Dump the database into a file of the checkout (BACKUP=warehouse.dump)
	$(RUN) pg_dump --format=custom --file=$(BACKUP)

restore: ## Fill an empty warehouse from such a file, also of an older PostgreSQL (BACKUP=warehouse.dump)
	$(RUN) db/tools/restore $(BACKUP)

##@ develop
.PHONY: test_matrix
test_matrix: ## Run demo, lint, test and e2e on every version of docs/versions.md, hours, with Docker (SYSTEMS='debian:trixie-slim 17')
	@.ci/matrix $(SYSTEMS)

##@ operate
.PHONY: env env_admin
env: ## Print exports for clients of your own: eval "$(make -s env)" && psql
	$(MANAGE) env
env_admin: ## The same for the superuser, which single tests need
	$(MANAGE) env_admin

##@ use
.PHONY: psql
psql: ## Open psql on the warehouse
	$(MANAGE) psql

##@ operate
.PHONY: logs
logs: ## Show the logs of the consumer and the servers; follow them on a terminal
	$(MANAGE) logs

##@ use
.PHONY: stop
stop: ## Stop everything that setup started; the data stay
	$(MANAGE) stop

.PHONY: teardown
teardown: ## Stop and delete everything that setup made, with the data (YES=1: without a question)
	$(MANAGE) teardown
