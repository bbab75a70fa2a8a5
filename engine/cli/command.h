#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "core/job.h"
#include "core/result.h"
#include "isolation/output_set.h"
#include "workbench/workbench.h"

namespace qs::cli {

/// What a command has to say, in its two forms; the caller prints one of them.
struct Report {
    nlohmann::json json;  ///< one object
    std::string text;     ///< tables for a person, ends with a newline
    bool passed = true;   ///< false: the exit code says that what was asked does not hold
};

/// What a command works with.
struct Session {
    Workbench workbench;
    Job job;
    OutputSet& outputs;  ///< where its Writes are claimed; what it puts there appears when it has succeeded
};

/// Files that a command writes, and those that it reads and so may not write.
struct Writes {
    std::vector<OutputClaim> claims;
    std::vector<OutputInput> inputs;
};

/// A parsed command line, ready to run.
struct Action {
    std::function<Result<Report>(Session&)> run;
    std::function<Result<Writes>()> writes = [] { return Writes(); };
};

// Each adds its subcommand to `app`; when the command line names it, parsing sets `chosen`. One file a
// command.
void addInspect(CLI::App& app, Action& chosen);
void addEvaluate(CLI::App& app, Action& chosen);
void addQuantize(CLI::App& app, Action& chosen);
void addAnalyze(CLI::App& app, Action& chosen);
void addSensitivity(CLI::App& app, Action& chosen);
void addBench(CLI::App& app, Action& chosen);
void addTrain(CLI::App& app, Action& chosen);
void addExport(CLI::App& app, Action& chosen);
void addVerify(CLI::App& app, Action& chosen);

}  // namespace qs::cli
