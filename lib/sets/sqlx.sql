-- description: sqlx for Rust as it comes
-- source: launchbadge/sqlx sqlx-sqlite/src/options/mod.rs (read in 2026)
-- note: applies what is set in an order of its own: page_size, locking_mode and auto_vacuum before journal_mode
-- note: journal_mode and synchronous are not set unless asked for
-- note: BEGIN is deferred
PRAGMA busy_timeout = 5000;
PRAGMA foreign_keys = ON;
