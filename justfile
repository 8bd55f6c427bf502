# Each recipe calls a task of `cargo xtask`; `cargo xtask --help` tells more.

# list the recipes
default:
    @just --list

# run the platform
up *args:
    cargo xtask up {{args}}

# stop what `up --detach` left running
down:
    cargo xtask down

# every check and every test; behind `--` a filter for the tests
test *args:
    cargo xtask test {{args}}

# change the database: up, down, redo or status
migrate direction="up":
    cargo xtask migrate {{direction}}

# make the administrator, unless there is one
seed:
    cargo xtask seed

# the engines of the tests: start, stop or env
services action="start":
    cargo xtask services {{action}}

# write openapi.json; with --check only compare it
openapi *args:
    cargo xtask openapi {{args}}

# the rules of the workspace
tidy:
    cargo xtask tidy
