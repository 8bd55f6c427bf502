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

# every check and every test
test *args:
    cargo xtask test {{args}}

# change the database: up, down, redo or status
migrate direction="up":
    cargo xtask migrate {{direction}}

# write openapi.json
openapi:
    cargo xtask openapi

# the rules of the workspace
tidy:
    cargo xtask tidy
