#include "comparison/comparison.h"

#include <algorithm>
#include <chrono>

#include "core/match.h"
#include "runtime/cpu.h"
#include "runtime/latency_stats.h"
#include "runtime/paired_ratio.h"

namespace qs {

namespace {

/// A contestant in the ring.
struct Entrant {
    protocol::ComparisonRow row;
    std::unique_ptr<Runner> runner;  ///< null where there is none (any more)
    std::vector<double> times;

    void giveUp(const Error& error) {
        row.note = error.message;
        runner.reset();
        times.clear();
    }
};

double millisecondsSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

Entrant enter(const std::string& name, const ComparisonSubject& subject, int warmup) {
    const Contestant& contestant = *contestants().find(name);
    Entrant entrant;
    entrant.row.name = name;
    entrant.row.description = contestant.description;
    const auto begin = std::chrono::steady_clock::now();
    auto runner = contestant.make(subject);
    if (!runner) {
        entrant.giveUp(runner.error());
        return entrant;
    }
    entrant.runner = std::move(*runner);
    entrant.row.version = entrant.runner->version();
    entrant.row.note = entrant.runner->note();
    for (int i = 0; i < std::max(warmup, 1); ++i) {
        if (const auto time = entrant.runner->run(); !time) {
            entrant.giveUp(time.error());
            return entrant;
        }
        if (i == 0) {
            entrant.row.prepare_ms = millisecondsSince(begin);
        }
    }
    return entrant;
}

void takeTurn(Entrant& entrant, int threads) {
    if (!entrant.runner) {
        return;
    }
    auto time = entrant.runner->run();
    if (time) {
        time = entrant.runner->run();
    }
    if (!time) {
        entrant.giveUp(time.error());
        return;
    }
    entrant.times.push_back(time->msOn(threads));
}

void setRatio(const PairedRatio& ratio, protocol::ComparisonRow& row) {
    row.ratio_low = ratio.low;
    row.ratio_high = ratio.high;
    if (ratio.isClear()) {
        row.ratio = ratio.median;
        return;
    }
    row.note += row.note.empty() ? "" : "; ";
    row.note += "machine busy: the turns differ too much to name a ratio";
}

void summarizeRows(std::vector<Entrant>& entrants, protocol::ComparisonResult& result) {
    for (Entrant& entrant : entrants) {
        if (!entrant.times.empty()) {
            const LatencyStats stats = summarize(entrant.times);
            entrant.row.median_ms = stats.medianMs;
            entrant.row.p10_ms = stats.p10Ms;
            entrant.row.p90_ms = stats.p90Ms;
        }
        if (entrant.row.median_ms && entrants.front().row.median_ms) {
            setRatio(pairedRatio(entrant.times, entrants.front().times), entrant.row);
        }
        result.rows.push_back(entrant.row);
    }
}

}  // namespace

Result<std::vector<std::string>> chooseContestants(const std::vector<std::string>& against) {
    std::vector<std::string> names = contestants().names();
    for (const std::string& name : against) {
        if (name != "all" && !contestants().find(name)) {
            return usageError("unknown contestant '" + name + "': use all, or some of " + join(names));
        }
    }
    if (std::ranges::count(against, "all") == 0) {
        std::erase_if(names, [&](const std::string& name) { return std::ranges::count(against, name) == 0; });
    }
    std::erase(names, kOursInt8);
    names.insert(names.begin(), kOursInt8);
    return names;
}

Result<protocol::ComparisonResult> compareRuntimes(const ComparisonSubject& subject,
                                                   const ComparisonOptions& options, Job& job) {
    QS_ASSIGN(const std::vector<std::string> names, chooseContestants(options.against));
    if (subject.threads < 1 || options.runs < 1 || options.warmup < 0) {
        return usageError("a comparison needs at least one thread and one run, and no negative warm-up");
    }
    setThreads(subject.threads);
    std::vector<Entrant> entrants;
    job.begin("Preparing", static_cast<int64_t>(names.size()));
    for (const std::string& name : names) {
        QS_TRY(job.step(static_cast<int64_t>(entrants.size())));
        entrants.push_back(enter(name, subject, options.warmup));
    }
    const int rounds = std::max(options.runs, kFewestTurns);
    job.begin("Comparing", rounds);
    for (int round = 0; round < rounds; ++round) {
        QS_TRY(job.step(round));
        for (size_t turn = 0; turn < entrants.size(); ++turn) {
            takeTurn(entrants[(static_cast<size_t>(round) + turn) % entrants.size()], subject.threads);
        }
    }
    QS_TRY(job.step(rounds));
    protocol::ComparisonResult result;
    summarizeRows(entrants, result);
    result.clock = clockFor(subject.threads);
    result.measured.cpu = cpuInfo().model;
    result.measured.isa = cpuInfo().isa;
    result.measured.threads = subject.threads;
    result.measured.latency_runs = rounds;
    return result;
}

}  // namespace qs
