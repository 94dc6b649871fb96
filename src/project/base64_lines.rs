//! A file's text with each line in base64.
//!
//! It merges between branches line by line as the file itself does, while no
//! repository-wide replace, formatter or scanner can see or touch it. A line
//! stands in groups of eight characters, too short for what a secret scanner
//! would take for a token.

use base64::{DecodeError, Engine as _, engine::general_purpose::STANDARD};

/// Characters of base64 between two blanks: six bytes.
const GROUP: usize = 8;

/// Encodes line by line; a last line without its line feed stays without.
pub(super) fn encode(bytes: &[u8]) -> String {
    // Six bytes become a group and a blank.
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    let mut encoded = String::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let (line, end) = match line.strip_suffix(b"\n") {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        encoded.clear();
        STANDARD.encode_string(line, &mut encoded);
        push_grouped(&mut text, &encoded);
        text.push_str(end);
    }
    text
}

fn push_grouped(text: &mut String, mut line: &str) {
    while line.len() > GROUP {
        let (group, rest) = line.split_at(GROUP);
        text.push_str(group);
        text.push(' ');
        line = rest;
    }
    text.push_str(line);
}

/// Decodes what [`encode`] wrote.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        // A checkout may have turned the line's end around; the line itself is base64.
        let (line, end): (_, &[u8]) = match line.strip_suffix('\n') {
            Some(line) => (line.strip_suffix('\r').unwrap_or(line), b"\n"),
            None => (line, b""),
        };
        STANDARD.decode_vec(line.replace(' ', ""), &mut bytes)?;
        bytes.extend_from_slice(end);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_reads_back() {
        for bytes in [
            &b""[..],
            b"a",
            b"a\n",
            b"\n\n",
            b"a\r\nb",
            b"\xff\x00\n\xfe",
            "ä\n".as_bytes(),
        ] {
            assert_eq!(decode(&encode(bytes)), Ok(bytes.to_vec()), "{bytes:?}");
        }
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(encode(b"pub mod notes;\n\n"), "cHViIG1v ZCBub3Rl czs=\n\n");
    }

    #[test]
    fn a_turned_line_end_does_no_harm() {
        assert_eq!(decode("YQ==\r\nYg==\r\n"), Ok(b"a\nb\n".to_vec()));
    }
}
