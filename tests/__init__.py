"""Tests; a process that one of them starts uses the lake that the tests run on."""

from tests.scale import on_postgres

on_postgres.use()
