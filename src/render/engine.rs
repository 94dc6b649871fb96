//! Tera, set up for source text: nothing is escaped, and nothing but the
//! templates of the chosen pieces is compiled.

use tera::{Context, Delimiters, Tera};

use super::RenderError;
use crate::catalog::{Body, Tags, Template};

/// The compiled templates of a selection, by their origin.
pub(super) struct Engine {
    curly: Tera,
    angle: Tera,
}

impl Engine {
    /// Compiles templates, all at once: Tera looks through all it has at each addition.
    pub(super) fn compile<'a>(
        templates: impl Iterator<Item = &'a Template> + Clone,
    ) -> Result<Self, RenderError> {
        let of = |wanted: Tags| {
            templates
                .clone()
                .filter_map(move |template| match &template.body {
                    Body::Rendered { text, tags } if *tags == wanted => {
                        Some((template.origin.as_str(), text.as_ref()))
                    }
                    _ => None,
                })
        };
        Ok(Self {
            curly: compiled(Tags::Curly, of(Tags::Curly))?,
            angle: compiled(Tags::Angle, of(Tags::Angle))?,
        })
    }

    /// Renders one template.
    pub(super) fn render(
        &self,
        origin: &str,
        tags: Tags,
        context: &Context,
    ) -> Result<String, RenderError> {
        let tera = match tags {
            Tags::Curly => &self.curly,
            Tags::Angle => &self.angle,
        };
        tera.render(origin, context)
            .map_err(|error| RenderError::template(origin, &error))
    }
}

fn compiled<'a>(
    tags: Tags,
    templates: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Tera, RenderError> {
    let mut tera = Tera::new();
    tera.autoescape_on(Vec::<&'static str>::new());
    if tags == Tags::Angle {
        let angle = Delimiters {
            block_start: "<%".into(),
            block_end: "%>".into(),
            variable_start: "<{".into(),
            variable_end: "}>".into(),
            comment_start: "<#".into(),
            comment_end: "#>".into(),
        };
        tera.set_delimiters(angle)
            .map_err(|error| RenderError::template("", &error))?;
    }
    tera.add_raw_templates(templates)
        .map_err(|error| RenderError::template("", &error))?;
    Ok(tera)
}
