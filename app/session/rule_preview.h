#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "app/client/engine_api.h"

namespace qs::app {

/// What the engine makes of rules.
struct RuleAnswer {
    std::vector<protocol::Rule> rules;  ///< to which the indices of `preview` refer
    protocol::QConfigPreview preview;
};
using RuleAnswerPtr = std::shared_ptr<const RuleAnswer>;

/// Asks the engine what it makes of rules, one question at a time, of those that come meanwhile the last. An
/// engine that does not know the model is told to open it.
class PreviewQuestion : public QObject {
    Q_OBJECT
  public:
    /// `client` must outlive the object.
    explicit PreviewQuestion(EngineClient& client, QObject* parent = nullptr)
        : QObject(parent), api_(client) {}
    void ask(const protocol::OpenModelParams& model, const std::vector<protocol::Rule>& rules);
    /// What was asked before remains without an answer.
    void forget();

  signals:
    void answered(const qs::app::RuleAnswerPtr& answer);
    /// `problem` is a whole sentence.
    void failed(const QString& problem);

  private:
    struct Question {
        protocol::OpenModelParams model;
        std::vector<protocol::Rule> rules;
    };
    void send(const Question& question, bool mayOpen);
    void openFor(const Question& question);
    template <typename T>
    Handlers<T> handlers(std::function<void(const T&)> onResult,
                         std::function<void(const EngineError&)> onError);
    /// Whether there was another question to go on with.
    bool askNext();

    EngineApi api_;
    bool asking_ = false;
    int serial_ = 0;  ///< of the question whose answer is awaited
    std::optional<Question> next_;
};

/// What the engine makes of the rules in force, asked anew whenever they change.
class RulePreview : public QObject {
    Q_OBJECT
  public:
    /// `client` must outlive the object.
    explicit RulePreview(EngineClient& client, QObject* parent = nullptr);

    /// `model` and `rules` are in force now; no model: there is nothing to ask. `open`: how an engine that
    /// does not know the model is to open it.
    void setSubject(const std::shared_ptr<const protocol::ModelInfo>& model,
                    const protocol::OpenModelParams& open, const std::vector<protocol::Rule>& rules);
    /// Of the rules in force; null until the engine has answered.
    const RuleAnswerPtr& current() const { return current_; }
    /// What may be shown: current(), and for the moment until it is there the answer of the rules before.
    const RuleAnswerPtr& shown() const { return current_ ? current_ : former_; }
    /// Why there is no answer, as a sentence; empty where there is one, or soon.
    const QString& problem() const { return problem_; }

  signals:
    /// shown() or problem() is another.
    void changed();

  private:
    void ask();

    PreviewQuestion question_;
    std::shared_ptr<const protocol::ModelInfo> model_;
    protocol::OpenModelParams open_;
    std::vector<protocol::Rule> rules_;
    int retries_ = 0;  ///< with new engines, since the subject was set
    RuleAnswerPtr current_;
    RuleAnswerPtr former_;
    QString problem_;
    QTimer patience_;
};

}  // namespace qs::app
