//! Evaluates role assignment conditions with Microsoft's interpreter.
//!
//! Each line of standard input is a JSON object with a `condition` and the `context` of a request. Each line of standard
//! output is `true`, `false`, or `error` with the reason.

use std::io::{self, BufRead, Write};

use regorus::languages::azure_rbac::ast::EvaluationContext;
use regorus::languages::azure_rbac::interpreter::ConditionInterpreter;
use serde::Deserialize;

#[derive(Deserialize)]
struct Question {
    condition: String,
    context: EvaluationContext,
}

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Question>(&line?) {
            Ok(question) => ConditionInterpreter::new(&question.context)
                .evaluate_str(&question.condition)
                .map_or_else(|error| format!("error {error:?}"), |holds| holds.to_string()),
            Err(error) => format!("error {error}"),
        };
        writeln!(output, "{}", answer.replace('\n', " "))?;
    }
    Ok(())
}
