#pragma once

#include <QFrame>
#include <QStringList>
#include <functional>
#include <vector>

class QVBoxLayout;

namespace qs {

/// Messages above the content, newest first: none stops what the person is doing. Each can be dismissed; a
/// long one shows its first line, and the rest under "Details".
class MessageBar : public QWidget {
    Q_OBJECT
  public:
    enum class Kind { Info, Warning, Error };
    struct Button {
        QString text;
        std::function<void()> action;  ///< the message goes away afterwards
    };

    explicit MessageBar(QWidget* parent = nullptr);

    /// A message that is already shown is moved to the top instead of being repeated.
    void show(Kind kind, const QString& text, const std::vector<Button>& buttons = {});
    /// Takes away all messages of the kind.
    void dismiss(Kind kind);
    QStringList texts() const;

  private:
    QFrame* makeEntry(Kind kind, const QString& text, const std::vector<Button>& buttons);
    void remove(QFrame* entry);

    QVBoxLayout* layout_;
    std::vector<QFrame*> entries_;  ///< newest first
};

}  // namespace qs
