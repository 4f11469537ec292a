//! The description as a page: plain HTML with its style in it, that loads nothing from anywhere.

mod html;

use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

use html::{HtmlPage, paragraph};

/// What the page may load: its own style, and nothing else.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The order of methods of one path.
const METHODS: [&str; 3] = ["get", "post", "delete"];

/// The page.
pub(crate) fn page(document: &OpenApi) -> String {
    // The description is JSON in any case: read so, the page shows what `/openapi.json` says.
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut page = HtmlPage::new(text(&document["info"], "title"));
    page.open("header");
    page.text("h1", text(&document["info"], "title"));
    page.text("p class=version", text(&document["info"], "version"));
    page.raw(&paragraph(text(&document["info"], "description")));
    page.raw("<p>For programs: <a href=\"/openapi.json\">/openapi.json</a>, OpenAPI 3.1.</p>");
    page.close("header");
    let paths = members(&document["paths"]);
    contents(&mut page, &document, &paths);
    for tag in list(&document["tags"]) {
        let name = text(tag, "name");
        page.text(&format!("h2 id=\"{}\"", html::anchor(name)), name);
        page.raw(&paragraph(text(tag, "description")));
        for (path, item) in &paths {
            for (method, operation) in operations(item, name) {
                self::operation(&mut page, method, path, operation);
            }
        }
    }
    page.text("h2 id=\"schemas\"", "Answers");
    for (name, schema) in members(&document["components"]["schemas"]) {
        page.open(&format!("section id=\"schema-{}\"", html::anchor(&name)));
        page.text("h3", &name);
        page.raw(&paragraph(text(&schema, "description")));
        properties(&mut page, &schema);
        page.close("section");
    }
    page.finish()
}

fn contents(page: &mut HtmlPage, document: &Value, paths: &Map<String, Value>) {
    page.open("nav");
    page.open("ul");
    for tag in list(&document["tags"]) {
        for (path, item) in paths {
            for (method, operation) in operations(item, text(tag, "name")) {
                let id = text(operation, "operationId");
                page.raw(&format!("<li><a href=\"#{}\">", html::anchor(id)));
                page.text("code", &format!("{} {path}", method.to_uppercase()));
                page.raw("</a> ");
                page.text("span", text(operation, "summary"));
                page.raw("</li>");
            }
        }
    }
    page.close("ul");
    page.close("nav");
}

fn operation(page: &mut HtmlPage, method: &str, path: &str, operation: &Value) {
    page.open(&format!("section id=\"{}\"", html::anchor(text(operation, "operationId"))));
    page.raw("<h3>");
    page.text("code", &format!("{} {path}", method.to_uppercase()));
    page.raw("</h3>");
    page.raw(&paragraph(text(operation, "summary")));
    let parameters = list(&operation["parameters"]);
    if !parameters.is_empty() {
        page.table(&["Parameter", "In", "Meaning", "Example"]);
        for parameter in parameters {
            let name = text(parameter, "name");
            let needed = if parameter["required"] == true { " (needed)" } else { "" };
            let example = match &parameter["example"] {
                Value::Null => String::new(),
                Value::String(example) => example.clone(),
                other => other.to_string(),
            };
            page.open("tr");
            page.raw("<td>");
            page.text("code", name);
            page.raw(&format!("{needed}</td>"));
            page.text("td", text(parameter, "in"));
            page.raw(&format!(
                "<td>{}{}</td><td>",
                html::inline(text(parameter, "description")),
                values(&parameter["schema"])
            ));
            if !example.is_empty() {
                page.text("code", &example);
            }
            page.raw("</td>");
            page.close("tr");
        }
        page.close("table");
    }
    page.table(&["Answer", "Meaning", "Form"]);
    for (status, response) in members(&operation["responses"]) {
        let forms: Vec<String> = members(&response["content"])
            .into_iter()
            .map(|(media_type, content)| {
                let schema = reference(&content["schema"]);
                let link =
                    schema.map(|name| format!(" (<a href=\"#schema-{}\">{name}</a>)", html::anchor(name)));
                format!("<code>{}</code>{}", html::escaped(&media_type), link.unwrap_or_default())
            })
            .collect();
        page.open("tr");
        page.text("td", &status);
        page.raw(&format!(
            "<td>{}</td><td>{}</td>",
            html::inline(text(&response, "description")),
            forms.join("<br>")
        ));
        page.close("tr");
    }
    page.close("table");
    page.close("section");
}

fn properties(page: &mut HtmlPage, schema: &Value) {
    let known = members(&schema["properties"]);
    if known.is_empty() {
        return;
    }
    let needed: Vec<&str> = list(&schema["required"]).iter().filter_map(Value::as_str).collect();
    page.table(&["Member", "Type", "Meaning"]);
    for (name, property) in known {
        page.open("tr");
        page.raw("<td>");
        page.text("code", &name);
        page.raw(if needed.contains(&name.as_str()) { "</td>" } else { " (may be missing)</td>" });
        page.raw(&format!("<td>{}</td>", data_type(&property)));
        page.raw(&format!("<td>{}</td>", html::inline(text(&property, "description"))));
        page.close("tr");
    }
    page.close("table");
}

fn data_type(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return format!("<a href=\"#schema-{}\">{name}</a>", html::anchor(name));
    }
    if schema["items"].is_object() {
        return format!("array of {}", data_type(&schema["items"]));
    }
    match &schema["type"] {
        Value::String(one) => html::escaped(one),
        Value::Array(several) => {
            let names: Vec<String> = several.iter().filter_map(Value::as_str).map(html::escaped).collect();
            names.join(" or ")
        }
        _ => match list(&schema["oneOf"]) {
            [] => "any".to_owned(),
            several => several.iter().map(data_type).collect::<Vec<_>>().join(" or "),
        },
    }
}

/// The values that are allowed, and what goes without saying.
fn values(schema: &Value) -> String {
    let mut out = String::new();
    let allowed: Vec<String> = list(&schema["enum"])
        .iter()
        .map(|value| format!("<code>{}</code>", html::escaped(&shown(value))))
        .collect();
    if !allowed.is_empty() {
        out.push_str(&format!(" One of {}.", allowed.join(", ")));
    }
    if !schema["default"].is_null() {
        out.push_str(&format!(" Unless given: <code>{}</code>.", html::escaped(&shown(&schema["default"]))));
    }
    out
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn operations<'a>(item: &'a Value, tag: &'a str) -> impl Iterator<Item = (&'static str, &'a Value)> {
    METHODS.iter().filter_map(move |method| {
        let operation = &item[*method];
        list(&operation["tags"]).iter().any(|known| known == tag).then_some((*method, operation))
    })
}

fn reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn members(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
