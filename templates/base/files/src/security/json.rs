//! JSON written straight into a buffer: log lines and error bodies.

use std::io::Write;

use serde::Serialize;

/// An object under construction.
///
/// Every text goes through one escape, so that a line stays one line whatever
/// a client sent (LOG-1).
#[derive(Debug)]
pub struct Object {
    buffer: Vec<u8>,
}

impl Object {
    #[expect(clippy::new_without_default, reason = "an object that is begun has its brace")]
    pub fn new() -> Self {
        let mut buffer = Vec::with_capacity(1000);
        buffer.push(b'{');
        Self { buffer }
    }

    /// Writes a text, escaped.
    pub fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        quote(&mut self.buffer, value);
    }

    /// Writes a whole number.
    pub fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        self.buffer.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// Writes thousandths as a decimal number.
    pub fn thousandths(&mut self, name: &str, value: u64) {
        self.name(name);
        let _ = write!(self.buffer, "{}.{:03}", value / 1000, value % 1000);
    }

    /// Writes a flag.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.name(name);
        self.buffer.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Writes a value that holds nothing a client chose.
    pub fn value(&mut self, name: &str, value: &impl Serialize) {
        self.name(name);
        // A buffer takes every byte.
        let _ = serde_json::to_writer(&mut self.buffer, value);
    }

    /// Closes the object.
    pub fn finish(mut self) -> Vec<u8> {
        self.buffer.push(b'}');
        self.buffer
    }

    fn name(&mut self, name: &str) {
        if self.buffer.len() > 1 {
            self.buffer.push(b',');
        }
        self.buffer.push(b'"');
        self.buffer.extend_from_slice(name.as_bytes());
        self.buffer.extend_from_slice(b"\":");
    }
}

/// Writes a JSON string. Beyond what JSON demands, everything outside printable
/// ASCII that a terminal or a log reader might act on is escaped.
fn quote(buffer: &mut Vec<u8>, value: &str) {
    buffer.push(b'"');
    // Without an early end, which would keep the processor from looking at many bytes at once.
    if value.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~') & !matches!(byte, b'"' | b'\\')) {
        buffer.extend_from_slice(value.as_bytes());
    } else {
        value.chars().for_each(|letter| escape(buffer, letter));
    }
    buffer.push(b'"');
}

fn escape(buffer: &mut Vec<u8>, letter: char) {
    match letter {
        '\n' => buffer.extend_from_slice(b"\\n"),
        '"' | '\\' => buffer.extend_from_slice(&[b'\\', letter as u8]),
        ' '..='~' => buffer.push(letter as u8),
        _ if letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}') =>
        {
            buffer.extend_from_slice(format!("\\u{:04x}", u32::from(letter)).as_bytes());
        }
        _ => buffer.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}
