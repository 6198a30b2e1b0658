// The silent failures that real programs ship, in Rust.
fn configure(conn: &Connection) -> Result<()> {
    conn.pragma_update(None, "foreign_key", "ON")?; // finds: unknown-name
    conn.pragma_update(None, "sychronous", "NORMAL")?; // finds: unknown-name
    conn.execute_batch("PRAGMA jounal_mode = WAL")?; // finds: unknown-name
    conn.execute_batch(r"PRAGMA busy_timout = 5000")?; // finds: unknown-name
    conn.execute_batch(r#"pragma vacuum"#)?; // finds: unknown-name
    conn.pragma_update(None, "auto_vacuum", &"ON")?; // finds: misheard-value
    conn.pragma_update(None, "auto_vacuum", true)?; // finds: misheard-value
    conn.pragma_update(Some(DatabaseName::Main), "temp_store", 3)?; // finds: misheard-value
    conn.pragma_update(None, "page_size", 4092)?; // finds: misheard-value
    conn.pragma_update_and_check(None, "journal_mode", "wal2", |_| Ok(()))?; // finds: misheard-value
    conn.pragma_update(None, "journal_size_limit", 1536)?; // finds: unit-slip
    conn.pragma_update(None, "cache_size", 1000000000)?; // finds: unit-slip
    conn.pragma_update(None, "cache_size", pages)?;
    conn.execute_batch("BEGIN; PRAGMA journal_mode=WAL; COMMIT")?; // finds: in-transaction
    conn.execute_batch(
        "PRAGMA journal_mode = MEMORY;
         PRAGMA synchronous = EXTRA; -- finds: contradiction
         PRAGMA default_cache_size = 10000;", // finds: deprecated
    )?;
    let options = SqliteConnectOptions::new().pragma("foreign_key", "ON"); // finds: unknown-name
    sqlx::query("PRAGMA foreign_keys = ON").execute(&pool).await?; // finds: pool-once
    Ok(())
}
