<?php
// Laravel
return [
    'sqlite' => [
        'driver' => 'sqlite',
        'foreign_key_constraints' => env('DB_FOREIGN_KEYS', true),
        'busy_timeout' => 5, // finds: unit-slip
        'journal_mode' => 'WALL', // finds: misheard-value
        'synchronous' => null,
        'pragmas' => [
            'temp_stor' => 'MEMORY', // finds: unknown-name
        ],
    ],
    'mysql' => [
        'driver' => 'mysql',
        'busy_timeout' => 5,
    ],
];
$pdo->exec('PRAGMA synchronous = FLUL'); // finds: misheard-value
$pdo->exec("PRAGMA cache_size = " . $kib . ";");
$pdo->exec(<<<SQL
    PRAGMA foreign_key = ON; -- finds: unknown-name
SQL);
