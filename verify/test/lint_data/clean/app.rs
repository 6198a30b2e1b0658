fn configure<'a>(conn: &'a Connection, mode: &str) {
    conn.pragma_update(None, "journal_mode", mode);
    conn.pragma_update(None, "journal_mode", "WAL");
    conn.pragma_update(None, "synchronous", "NORMAL");
    conn.pragma_query_value(None, "cache_size", |row| row.get(0));
    let sql = r#"PRAGMA foreign_keys = ON"#;
    let text = format!("PRAGMA journal_mode = {}", mode);
}
