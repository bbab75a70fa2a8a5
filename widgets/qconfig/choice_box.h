#pragma once

#include <QComboBox>
#include <optional>
#include <string>
#include <vector>

namespace qs {

/// A value of a qconfig's member.
struct QConfigChoice {
    std::string value;
    QString tip = {};
    QString refusal = {};  ///< why it cannot be had now; empty: it can
};

/// A member of a qconfig that is chosen from a list. The first entry leaves it to the preset.
class ChoiceBox : public QComboBox {
    Q_OBJECT
  public:
    explicit ChoiceBox(const QString& name, QWidget* parent = nullptr);

    /// What is chosen stays.
    void setChoices(const std::vector<QConfigChoice>& choices);
    /// What the preset has; absent where it depends on other members.
    void setInherited(const std::optional<std::string>& value);
    /// Absent: as the preset has it.
    std::optional<std::string> value() const;
    /// A value that is no choice becomes one.
    void setValue(const std::optional<std::string>& value);
    /// How many of the choices can be had.
    int possible() const;

  private:
    void addChoice(const QConfigChoice& choice);
    int indexOf(const std::string& value) const;
};

}  // namespace qs
