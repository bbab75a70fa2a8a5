#include "isolation/desk.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>

#include "core/error_json.h"
#include "isolation/output_json.h"

namespace qs {

using nlohmann::json;

namespace {

bool isSame(const OutputClaim& a, const OutputClaim& b) {
    return a.path == b.path && a.isFolder == b.isFolder && a.companions == b.companions;
}

}  // namespace

Desk::~Desk() {
    for (auto& [number, child] : children_) {
        kill(child);
    }
}

void Desk::readInput(std::string_view input) {
    if (supervision_.outputsInInput) {
        std::ranges::move(supervision_.outputsInInput(input), std::back_inserter(supervision_.outputs));
    }
}

ChannelMessage Desk::answer(const ChannelMessage& request) {
    try {
        if (auto answer = handle(request)) {
            return std::move(*answer);
        } else {
            const Error& error = answer.error();
            return {{{"error", textOf(error.message)},
                     {"kind", static_cast<int>(error.kind)},
                     {"data", toJson(error.data)}},
                    {}};
        }
    } catch (const std::exception&) {
        return {{{"error", "a request of the worker makes no sense"}}, {}};
    }
}

Result<ChannelMessage> Desk::handle(const ChannelMessage& request) {
    const json& body = request.body;
    const auto what = body.at("do").get<std::string>();
    if (what == "claim") {
        return claim(body);
    }
    if (what == "create") {
        return create(body);
    }
    if (what == "publish") {
        return publish(body);
    }
    if (what == "drop") {
        sets_.erase(body.at("set").get<int64_t>());
        return ChannelMessage{};
    }
    if (what == "start") {
        return start(request);
    }
    Child& child = children_.at(body.at("process").get<int64_t>());
    if (what == "kill") {
        kill(child);
        return ChannelMessage{};
    }
    const auto& status = statusOfChild(child);
    return status ? ChannelMessage{{{"status", *status}}, {}} : ChannelMessage{};
}

Status Desk::checkAllowed(const std::vector<OutputClaim>& claims) const {
    for (const OutputClaim& claim : claims) {
        const bool allowed = std::ranges::any_of(supervision_.outputs, [&](const OutputClaim& output) {
            return isSame(output, claim) && (output.replace || !claim.replace);
        });
        if (!allowed) {
            return failure("cannot write " + claim.path.string() + ": nobody asked for it");
        }
    }
    return {};
}

Result<ChannelMessage> Desk::claim(const json& request) {
    const std::vector<OutputClaim> claims = readClaims(request.at("claims"));
    QS_TRY(checkAllowed(claims));
    int64_t number = request.at("set").get<int64_t>();
    if (!sets_.contains(number)) {
        number = next_++;
        sets_.try_emplace(number);
    }
    Set& set = sets_.at(number);
    QS_TRY(set.outputs.claim(claims, readInputs(request.at("inputs"))));
    set.claims.insert(set.claims.end(), claims.begin(), claims.end());
    return ChannelMessage{{{"set", number}}, {}};
}

Result<ChannelMessage> Desk::create(const json& request) {
    LocalOutputs& outputs = sets_.at(request.at("set").get<int64_t>()).outputs;
    QS_ASSIGN(Descriptor file, outputs.create(bytesOf(request.at("path").get<std::string>()),
                                              request.at("executable").get<bool>()));
    return ChannelMessage{json::object(), std::move(file)};
}

Result<ChannelMessage> Desk::publish(const json& request) {
    const auto set = sets_.find(request.at("set").get<int64_t>());
    if (set == sets_.end()) {
        return ChannelMessage{};
    }
    QS_TRY(set->second.outputs.publish());
    for (const OutputClaim& claim : set->second.claims) {
        std::vector<OutputClaim>& allowed = supervision_.outputs;
        const auto used =
            std::ranges::find_if(allowed, [&](const OutputClaim& output) { return isSame(output, claim); });
        if (used != allowed.end()) {
            allowed.erase(used);  // asked for once, written once
        }
    }
    sets_.erase(set);
    return ChannelMessage{};
}

Result<ChannelMessage> Desk::start(const ChannelMessage& request) {
    const auto name = request.body.at("program").get<std::string>();
    const auto program = std::ranges::find(supervision_.programs, name, &Program::name);
    if (program == supervision_.programs.end() || !request.descriptor) {
        return failure("the program " + name + " is none that is started here");
    }
    QS_ASSIGN(ChildProcess child,
              startChild(*program, bytesOf(request.body.at("argument").get<std::string>()),
                         request.descriptor, scratch_));
    const int64_t number = next_++;
    children_[number].id = child.id;
    return ChannelMessage{{{"process", number}}, std::move(child.channel)};
}

const std::optional<int>& Desk::statusOfChild(Child& child) {
    if (!child.status) {
        child.status = statusOf(child.id);
    }
    return child.status;
}

void Desk::kill(Child& child) {
    if (!statusOfChild(child)) {
        ::kill(child.id, SIGKILL);
        int status = 0;
        ::waitpid(child.id, &status, 0);
        child.status = status;
    }
}

}  // namespace qs
