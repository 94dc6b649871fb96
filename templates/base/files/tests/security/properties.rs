//! What nobody thought of (AUDIT-9): requests that were good, altered at random.
//!
//! `PROPERTIES_SECONDS` says for how long in all, and `PROPERTIES_SEED` repeats a run that failed.

use std::time::{Duration, Instant, SystemTime};

use axum::http::Method;

use crate::caller::mounted;
use crate::harness::request;
use crate::input::{each, raw};

/// What parsers stumble over, put where it may hurt.
const PIECES: &str = " \0 \r\n % %00 %2e / ? & = \" \\u0000 \\ud800 { [[ 1e400 -9223372036854775809 \u{202e}\u{1f600}";

/// Numbers that one seed fixes (xorshift64*).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % limit
    }

    /// Replaces, doubles or drops up to three parts of a text.
    fn alter(&mut self, text: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            let start = self.below(text.len() + 1);
            let end = start + self.below(text.len() - start + 1).min(8);
            let piece = match self.below(4) {
                0 => text[start..end].repeat(1 + self.below(40)),
                1 => vec![u8::try_from(self.below(256)).unwrap()],
                _ => PIECES.split(' ').nth(self.below(18)).unwrap().into(),
            };
            text.splice(start..end, piece);
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Returns what fixes all numbers of a run.
pub fn seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros();
    number("PROPERTIES_SEED").unwrap_or(u64::try_from(now).unwrap()) | 1
}

#[tokio::test]
async fn audit_9_no_input_makes_the_service_fail() {
    let seed = seed();
    let time = Duration::from_secs(number("PROPERTIES_SECONDS").unwrap_or(1));
    let time = time / u32::try_from(mounted().len()).unwrap();
    each(async |at| {
        at.create().await;
        at.create().await;
        let cursor = at.get(&format!("{}?limit=1", at.list())).await.json()["next"].as_str().unwrap().to_owned();
        let asked = request(Method::GET, at.list());
        let list = asked.uri().to_string();
        let named = asked.headers().iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
        let fields: String = named.collect();
        let mut chance = Chance(seed);
        let started = Instant::now();
        while started.elapsed() < time {
            let mut parts = [&*list, &*cursor, &*at.key, &*at.body()].map(|part| part.as_bytes().to_vec());
            let altered = chance.below(parts.len());
            chance.alter(&mut parts[altered]);
            let [path, cursor, key, body] = &parts;
            let target = match altered {
                1 => [&b"GET "[..], path, b"?cursor=", cursor].concat(),
                _ => [&b"POST "[..], path].concat(),
            };
            let length = body.len().to_string();
            let request = [
                &*target,
                &b" HTTP/1.1\r\n"[..],
                fields.as_bytes(),
                &b"connection: close\r\nauthorization: Bearer "[..],
                key,
                b"\r\ncontent-type: application/json\r\ncontent-length: ",
                length.as_bytes(),
                b"\r\n\r\n",
                body,
            ]
            .concat();
            let answer = raw(&at.service, &request).await;
            let (sent, got) = (request.escape_ascii(), answer.escape_ascii());
            assert!(!answer.starts_with(b"HTTP/1.1 5"), "PROPERTIES_SEED={seed}\n{sent}\n{got}");
        }
    })
    .await;
}
