//! HTML, written piece by piece. Whatever is text is escaped here and nowhere else.

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}\
h1{margin-bottom:0}.version{margin-top:0;opacity:.7}h2{border-bottom:1px solid #8888;margin-top:3rem}\
section{margin-bottom:2rem}code{font:.9em ui-monospace,monospace;background:#8882;padding:.1em .3em;border-radius:.2em}\
table{border-collapse:collapse;display:block;overflow-x:auto;margin:1rem 0}\
th,td{border-bottom:1px solid #8884;padding:.3rem .6rem;text-align:left;vertical-align:top}nav ul{padding-left:1rem}";

/// A page so far.
pub(super) struct HtmlPage(String);

impl HtmlPage {
    pub(super) fn new(title: &str) -> Self {
        Self(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{STYLE}</style></head><body>",
            escaped(title)
        ))
    }

    /// Begins an element; `tag` is ours, attributes included.
    pub(super) fn open(&mut self, tag: &str) {
        self.0.push_str(&format!("<{tag}>"));
    }

    pub(super) fn close(&mut self, name: &str) {
        self.0.push_str(&format!("</{name}>"));
    }

    /// An element with a text in it.
    pub(super) fn text(&mut self, tag: &str, text: &str) {
        self.open(tag);
        self.0.push_str(&escaped(text));
        self.close(tag.split(' ').next().unwrap_or(tag));
    }

    /// HTML of ours.
    pub(super) fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// Begins a table with these columns.
    pub(super) fn table(&mut self, columns: &[&str]) {
        self.open("table");
        self.open("tr");
        columns.iter().for_each(|column| self.text("th", column));
        self.close("tr");
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push_str("</body></html>\n");
        self.0
    }
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A name as one that a link can go to.
pub(super) fn anchor(name: &str) -> String {
    name.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }).collect()
}

/// A text with what is between backticks as code and what is between double stars in bold: of Markdown, as much as the
/// description uses.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&format!("<code>{}</code>", escaped(part)));
            continue;
        }
        for (index, part) in part.split("**").enumerate() {
            let part = escaped(part);
            out.push_str(&if index % 2 == 1 { format!("<b>{part}</b>") } else { part });
        }
    }
    out
}

/// Paragraphs, with an empty line between them.
pub(super) fn paragraph(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", inline(paragraph))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            inline("a < **b** `<c>` & \"d'"),
            "a &lt; <b>b</b> <code>&lt;c&gt;</code> &amp; &quot;d&#39;"
        );
        assert_eq!(paragraph("a\n\nb"), "<p>a</p><p>b</p>");
        assert_eq!(anchor("/v1/{id}\"><"), "-v1--id----");
    }
}
