#include "app/session/rule_preview.h"

#include <QPointer>
#include <chrono>
#include <utility>

#include "protocol/rpc.h"

namespace qs::app {

namespace {

/// As long as an answer may take without views showing that it is missing.
constexpr auto kPatience = std::chrono::milliseconds(250);
/// Engines that may die before they have answered; the question may be what kills them.
constexpr int kMostRetries = 2;

}  // namespace

// ---- one question

void PreviewQuestion::ask(const protocol::OpenModelParams& model, const std::vector<protocol::Rule>& rules) {
    if (asking_) {
        next_ = {model, rules};
    } else {
        send({model, rules}, true);
    }
}

void PreviewQuestion::forget() {
    ++serial_;
    asking_ = false;
    next_.reset();
}

template <typename T>
Handlers<T> PreviewQuestion::handlers(std::function<void(const T&)> onResult,
                                      std::function<void(const EngineError&)> onError) {
    const auto awaited = [self = QPointer<PreviewQuestion>(this), serial = serial_] {
        return self && self->serial_ == serial;
    };
    Handlers<T> handlers;
    handlers.onResult = [awaited, onResult = std::move(onResult)](const T& result) {
        if (awaited()) {
            onResult(result);
        }
    };
    handlers.onError = [awaited, onError = std::move(onError)](const EngineError& error) {
        if (awaited()) {
            onError(error);
        }
    };
    return handlers;
}

void PreviewQuestion::send(const Question& question, bool mayOpen) {
    asking_ = true;
    ++serial_;
    const auto take = [this, rules = question.rules](const protocol::QConfigPreview& preview) {
        if (!askNext()) {
            emit answered(std::make_shared<const RuleAnswer>(RuleAnswer{rules, preview}));
        }
    };
    const auto fail = [this, question, mayOpen](const EngineError& error) {
        const bool notOpen = error.data.is_object() && error.data.contains("model");
        if (notOpen && mayOpen) {
            openFor(next_ ? *std::exchange(next_, std::nullopt) : question);
        } else if (!askNext()) {
            emit failed(error.message);
        }
    };
    api_.preview({question.model.model, question.rules}, handlers<protocol::QConfigPreview>(take, fail));
}

void PreviewQuestion::openFor(const Question& question) {
    ++serial_;
    const auto opened = [this, question](const protocol::ModelInfo&) {
        send(next_ ? *std::exchange(next_, std::nullopt) : question, false);
    };
    const auto fail = [this](const EngineError& error) {
        asking_ = false;
        next_.reset();
        emit failed(error.message);
    };
    api_.openModel(question.model, handlers<protocol::ModelInfo>(opened, fail));
}

bool PreviewQuestion::askNext() {
    asking_ = false;
    if (!next_) {
        return false;
    }
    send(*std::exchange(next_, std::nullopt), true);
    return true;
}

// ---- the rules in force

RulePreview::RulePreview(EngineClient& client, QObject* parent) : QObject(parent), question_(client) {
    patience_.setSingleShot(true);
    patience_.setInterval(kPatience);
    connect(&patience_, &QTimer::timeout, this, [this] {
        if (former_) {
            former_.reset();
            emit changed();
        }
    });
    connect(&question_, &PreviewQuestion::answered, this, [this](const RuleAnswerPtr& answer) {
        patience_.stop();
        current_ = answer;
        former_.reset();
        problem_.clear();
        emit changed();
    });
    connect(&question_, &PreviewQuestion::failed, this, [this](const QString& problem) {
        problem_ = problem;
        emit changed();
    });
    connect(&client, &EngineClient::engineStarted, this, [this] {
        if (!current_ && retries_ < kMostRetries) {
            ++retries_;
            ask();
        }
    });
}

void RulePreview::setSubject(const std::shared_ptr<const protocol::ModelInfo>& model,
                             const protocol::OpenModelParams& open,
                             const std::vector<protocol::Rule>& rules) {
    open_ = open;
    const bool other = model != model_;
    if (!other && rules == rules_ && problem_.isEmpty()) {
        return;
    }
    const bool showed = shown() || !problem_.isEmpty();
    former_ = other ? nullptr : shown();
    current_.reset();
    problem_.clear();
    model_ = model;
    rules_ = rules;
    retries_ = 0;
    ask();
    if (other && showed) {
        emit changed();
    }
}

void RulePreview::ask() {
    if (model_) {
        patience_.start();
        question_.ask(open_, rules_);
    } else {
        patience_.stop();
        question_.forget();
    }
}

}  // namespace qs::app
