//! What a user does to the files of a project.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::history::History;
use crate::tree::{Node, Tree, read};

/// Returns whether palisade keeps a file for itself.
pub(crate) fn is_memory(path: &str) -> bool {
    path.starts_with(".palisade/")
}

impl History {
    /// Does one thing to one file, or to all.
    pub(crate) fn edit(&mut self) {
        match self.chance.below(24) {
            0..5 => self.add_line(),
            5 => self.comment_behind(),
            6..8 => self.change_line(),
            8 => self.delete_lines(),
            9 => self.delete_file(),
            10 => self.turn_line_ends(),
            11 => self.cut_last_line_end(),
            12 => self.change_mode(),
            13 => self.put_link(),
            14 => self.write_bytes(),
            15 => self.write_own_file(),
            16 => self.replace_everywhere(),
            17 => self.move_file(),
            18 => self.mix_line_ends(),
            19 => self.put_mark_of_bytes(),
            20 => self.put_folder(),
            21 => self.forbid_writing(),
            _ => self.resolve(),
        }
    }

    /// Does one thing that leaves the service as good as it was.
    pub(crate) fn edit_gently(&mut self) {
        match self.chance.below(8) {
            0 => self.comment_behind(),
            1 => self.change_mode(),
            2 => self.write_own_file(),
            _ => self.add_comment(),
        }
    }

    /// Adds a comment where one can stand whatever is around.
    fn add_comment(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        let begins: &[&str] = match path.rsplit('.').next() {
            Some("rs") => &["use ", "pub ", "fn ", "mod ", "struct ", "impl ", "const "],
            Some("toml") => &["["],
            _ => return,
        };
        let mut lines: Vec<&str> = text.lines().collect();
        let is_place =
            |(_, line): &(usize, &&str)| begins.iter().any(|word| line.starts_with(word));
        let places = lines.iter().enumerate().filter(is_place);
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        if places.is_empty() {
            return;
        }
        let place = *self.chance.pick(&places);
        let name = self.name(&path);
        let sign = if path.ends_with(".rs") { "//" } else { "#" };
        let line = format!("{sign} {name}");
        lines.insert(place, &line);
        self.say(format!("add `{line}` to {path}"));
        self.write(&path, lines.join("\n") + "\n");
    }

    /// Adds a comment behind what a line of TOML says.
    fn comment_behind(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        let is_place = |line: &&String| {
            let line = line.trim();
            let is_entry = line.starts_with('"') && line.ends_with("\",");
            path.ends_with(".toml") && (is_entry || line.ends_with('"') && line.contains(" = "))
        };
        let count = lines.iter().filter(is_place).count();
        if count == 0 {
            return;
        }
        let place = self.chance.below(count);
        let name = self.name(&path);
        let line = lines
            .iter_mut()
            .filter(|line| is_place(&&**line))
            .nth(place);
        let line = line.expect("it was counted");
        self.say(format!("add `# {name}` behind `{line}` of {path}"));
        line.push_str(&format!(" # {name}"));
        self.write(&path, lines.join("\n") + "\n");
    }

    /// Picks a text file.
    fn file(&mut self) -> Option<(String, String)> {
        let texts = |(path, node): (String, Node)| {
            let text = String::from_utf8(node.bytes().to_vec()).ok()?;
            let is_file = matches!(node, Node::File { .. });
            (is_file && !is_memory(&path) && path != "palisade.toml").then_some((path, text))
        };
        let files: Vec<_> = read(&self.project).into_iter().filter_map(texts).collect();
        // Those of which there is news to merge, more often than others.
        let news = [
            "Cargo.toml",
            "THREAT-MODEL.md",
            "SECURITY.md",
            "config/default.toml",
            "src/api/v1/mod.rs",
            "src/domain/mod.rs",
            "policies/roles.toml",
            "src/store/mod.rs",
            "tests/sample/mod.rs",
        ];
        if self.chance.one_in(2) {
            let name = *self.chance.pick(&news);
            return files.into_iter().find(|(path, _)| path == name);
        }
        (!files.is_empty()).then(|| self.chance.pick(&files).clone())
    }

    fn write(&mut self, path: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.project.join(path), bytes).expect("it can be written");
        self.touched.insert(path.to_owned());
    }

    /// Returns a name that stands nowhere else, for a line of that file.
    fn name(&mut self, path: &str) -> String {
        self.count += 1;
        let name = format!("mine_{}_", self.count);
        self.lines
            .entry(path.to_owned())
            .or_default()
            .insert(name.clone());
        name
    }

    /// Returns a line that stands nowhere else.
    fn fresh(&mut self, path: &str) -> String {
        let name = self.name(path);
        match path.rsplit('.').next() {
            Some("rs") if self.chance.one_in(2) => format!("mod {name};"),
            Some("rs") => format!("// {name}"),
            Some("toml") if self.chance.one_in(3) => format!("{name} = 1"),
            _ => format!("# {name}"),
        }
    }

    /// Picks a line; those that other answers change, more often than others.
    fn place(&mut self, lines: &[&str]) -> usize {
        let changing = [
            "What a change",
            "workflows",
            "system that builds",
            "mod ",
            ".nest(",
            "visit(",
            "github",
            "contact",
            "mailto",
            "description",
            "notes:",
        ];
        let changes = |(_, line): &(usize, &&str)| changing.iter().any(|word| line.contains(word));
        let places: Vec<usize> = lines
            .iter()
            .enumerate()
            .filter(changes)
            .map(|(place, _)| place)
            .collect();
        match places.is_empty() || self.chance.one_in(3) {
            true => self.chance.below(lines.len().max(1)),
            false => *self.chance.pick(&places),
        }
    }

    fn add_line(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        let line = self.fresh(&path);
        let mut lines: Vec<&str> = text.lines().collect();
        let place = self.place(&lines) + self.chance.below(2);
        lines.insert(place.min(lines.len()), &line);
        self.say(format!("add `{line}` to {path}"));
        self.write(&path, lines.join("\n") + "\n");
    }

    fn change_line(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        let mut lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return;
        }
        let place = self.place(&lines);
        if lines[place].contains("mine_") {
            return;
        }
        let line = self.fresh(&path);
        self.say(format!("change `{}` of {path} to `{line}`", lines[place]));
        lines[place] = &line;
        self.write(&path, lines.join("\n") + "\n");
    }

    fn delete_lines(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        let mut lines: Vec<&str> = text.lines().collect();
        let place = self.chance.below(lines.len() + 1);
        let end = lines.len().min(place + 1 + self.chance.below(4));
        if lines[place..end].iter().any(|line| line.contains("mine_")) {
            return;
        }
        lines.drain(place..end);
        self.say(format!("delete lines {place} to {end} of {path}"));
        self.write(&path, lines.join("\n") + "\n");
    }

    fn delete_file(&mut self) {
        let Some((path, _)) = self.file() else { return };
        self.say(format!("delete {path}"));
        self.forget(&path);
        fs::remove_file(self.project.join(&path)).expect("it was there");
    }

    fn turn_line_ends(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        self.say(format!("turn the line ends of {path}"));
        let turned = match text.contains("\r\n") {
            true => text.replace("\r\n", "\n"),
            false => text.replace('\n', "\r\n"),
        };
        self.write(&path, turned);
    }

    /// Turns the ends of every third line.
    fn mix_line_ends(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        self.say(format!("mix the line ends of {path}"));
        let ends = ["\n", "\n", "\r\n"].into_iter().cycle();
        let mixed: String = text
            .lines()
            .zip(ends)
            .flat_map(|(line, end)| [line, end])
            .collect();
        self.write(&path, mixed);
    }

    /// Begins a file as some editors do.
    fn put_mark_of_bytes(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        self.say(format!("put a byte order mark before {path}"));
        self.write(&path, format!("\u{feff}{text}"));
    }

    fn put_folder(&mut self) {
        let Some((path, _)) = self.file() else { return };
        self.say(format!("put a folder with a file in place of {path}"));
        self.forget(&path);
        fs::remove_file(self.project.join(&path)).expect("it was there");
        fs::create_dir(self.project.join(&path)).expect("its place is free");
        let inside = format!("{path}/inside.txt");
        let line = self.fresh(&inside);
        self.write(&inside, line);
    }

    fn forbid_writing(&mut self) {
        let Some((path, _)) = self.file() else { return };
        self.say(format!("let nobody write {path}"));
        let permissions = fs::Permissions::from_mode(0o444);
        fs::set_permissions(self.project.join(&path), permissions).expect("it is ours");
        self.touched.insert(path);
    }

    fn cut_last_line_end(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        self.say(format!("cut the last line end of {path}"));
        self.write(&path, text.trim_end_matches(['\r', '\n']));
    }

    fn change_mode(&mut self) {
        let Some((path, _)) = self.file() else { return };
        let mode = *self.chance.pick(&[0o644, 0o755]);
        self.say(format!("set the mode of {path} to {mode:o}"));
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.project.join(&path), permissions).expect("it is ours");
        self.touched.insert(path);
    }

    fn put_link(&mut self) {
        let Some((path, _)) = self.file() else { return };
        self.say(format!("put a link in place of {path}"));
        self.forget(&path);
        let place = self.project.join(&path);
        fs::remove_file(&place).expect("it was there");
        symlink(self.outside(), place).expect("its place is free");
    }

    fn write_bytes(&mut self) {
        let Some((path, text)) = self.file() else {
            return;
        };
        self.say(format!("add bytes that are no text to {path}"));
        self.write(&path, [text.as_bytes(), b"# \xff\xfe\n"].concat());
    }

    fn write_own_file(&mut self) {
        self.count += 1;
        let own = format!("src/own_{}.rs", self.count);
        let places = [
            own.as_str(),
            "src/domain/task.rs",
            "src/domain/tag.rs",
            ".github/workflows/ci.yml",
            "threat-model.md",
        ];
        let path = (*self.chance.pick(&places)).to_owned();
        let place = self.project.join(&path);
        if fs::symlink_metadata(&place).is_ok() {
            return;
        }
        self.say(format!("write {path}"));
        fs::create_dir_all(place.parent().expect("it has one")).expect("a folder");
        let line = self.fresh(&path);
        self.write(&path, line + "\n");
    }

    /// What a search and replace over the whole project does, palisade's memory with it.
    fn replace_everywhere(&mut self) {
        let (from, to) =
            *self
                .chance
                .pick(&[("Requests", "Calls"), ("roles", "parts"), ("note", "memo")]);
        self.say(format!("replace `{from}` with `{to}` everywhere"));
        for (path, node) in read(&self.project) {
            let Ok(text) = String::from_utf8(node.bytes().to_vec()) else {
                continue;
            };
            let answers = path == "palisade.toml";
            if answers || !text.contains(from) || matches!(node, Node::Link(_)) {
                continue;
            }
            self.write(&path, text.replace(from, to));
        }
    }

    fn move_file(&mut self) {
        let Some((path, _)) = self.file() else { return };
        let to = format!("{path}.moved");
        self.say(format!("move {path} to {to}"));
        fs::rename(self.project.join(&path), self.project.join(&to)).expect("it is there");
        let lines = self.lines.remove(&path).unwrap_or_default();
        self.lines.entry(to.clone()).or_default().extend(lines);
        self.touched.extend([path, to]);
    }

    /// Takes the user's side of each conflict.
    fn resolve(&mut self) {
        for (path, node) in read(&self.project) {
            let text = String::from_utf8_lossy(node.bytes()).into_owned();
            let is_comment =
                |line: &str| line.trim().starts_with("# palisade ") && line.contains(" has");
            if is_memory(&path) || !text.contains("<<<<<<< yours") && !text.lines().any(is_comment)
            {
                continue;
            }
            let mut inside = false;
            let mut resolved = String::new();
            for line in text.split_inclusive('\n') {
                let marks = [
                    ("<<<<<<< yours", false),
                    ("||||||| as", true),
                    (">>>>>>> pal", false),
                ];
                match marks.iter().find(|(mark, _)| line.starts_with(mark)) {
                    Some((_, then)) => inside = *then,
                    // What the user wrote into palisade's side is the user's, too.
                    None if (inside || is_comment(line)) && !line.contains("mine_") => {}
                    None => resolved.push_str(line),
                }
            }
            self.say(format!("resolve {path}"));
            self.write(&path, resolved);
        }
    }

    /// Forgets the lines of a file that the user gives up.
    pub(crate) fn forget(&mut self, path: &str) {
        self.lines.remove(path);
        self.touched.insert(path.to_owned());
    }

    /// Edits palisade.toml by hand.
    pub(crate) fn edit_answers(&mut self) {
        let path = self.project.join("palisade.toml");
        let text = fs::read_to_string(&path).expect("the answers");
        let (from, to) = *self.chance.pick(&[
            ("ci = \"github\"", "ci = \"none\""),
            ("ci = \"none\"", "ci = \"github\""),
        ]);
        self.count += 1;
        let name = format!("mine_{}_", self.count);
        self.say(format!("edit palisade.toml by hand: {to}, and `# {name}`"));
        let text = format!("# {name}\n{}", text.replacen(from, to, 1));
        fs::write(path, text).expect("it can be written");
        self.lines
            .entry("palisade.toml".to_owned())
            .or_default()
            .insert(name);
    }
}

/// Holds that each line that the user added stands where it was put.
pub(crate) fn lost<'a>(tree: &Tree, history: &'a History) -> Option<(&'a str, &'a str)> {
    let lines = history.lines.iter();
    let mut lines = lines.flat_map(|(path, lines)| lines.iter().map(move |line| (path, line)));
    let stands = |path: &str, line: &str| {
        let bytes = tree.get(path).map(Node::bytes).unwrap_or_default();
        String::from_utf8_lossy(bytes).contains(line)
    };
    let (path, line) = lines.find(|(path, line)| !stands(path, line))?;
    Some((path, line))
}

/// Returns a file outside of the project.
pub(crate) fn outside(root: &Path) -> std::path::PathBuf {
    root.join("outside.txt")
}
