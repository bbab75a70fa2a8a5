#pragma once

#include <QByteArray>
#include <QObject>
#include <array>
#include <vector>

class QDockWidget;
class QMainWindow;
class QMenu;

namespace qs {
class ClassPanel;
class FindingsPanel;
class ProfilePanel;
class ProofPanel;
class SummaryPanel;
class VariantPanel;
class ViewState;
}  // namespace qs

namespace qs::app {

/// The panels around the layer table: one dock for each chart, the summary, the variants, the
/// profile with its findings, the classes, and the proof of exports.
class WindowDocks : public QObject {
    Q_OBJECT
  public:
    WindowDocks(QMainWindow& window, ViewState& state);

    SummaryPanel& summary() const { return *summary_; }
    VariantPanel& variants() const { return *variants_; }
    ProfilePanel& profile() const { return *profile_; }
    FindingsPanel& findings() const { return *findings_; }
    ProofPanel& proof() const { return *proof_; }
    /// Brings a dock, by its object name (of a chart: ChartType::id), to the front.
    void raise(const char* name);
    /// Hides or shows all at once, for the welcome page, without touching what the person has closed.
    void setWorkspaceVisible(bool visible);
    void resetLayout();
    /// The layout comes from an earlier session: leave its sizes alone.
    void keepSizes() { layoutRestored_ = true; }
    void addToggles(QMenu& menu) const;

  private:
    /// Docks side by side below the table; each is the first of several tabs, so that titles fit.
    static constexpr size_t kPlaces = 3;

    QDockWidget* addDock(const QString& name, const QString& title, QWidget* content);
    void arrange();
    void setDefaultSizes();

    QMainWindow& window_;
    SummaryPanel* summary_;
    VariantPanel* variants_;
    ProfilePanel* profile_;
    FindingsPanel* findings_;
    ProofPanel* proof_;
    QDockWidget* summaryDock_;
    QDockWidget* variantDock_;
    std::array<std::vector<QDockWidget*>, kPlaces> bottomDocks_;  ///< by place, the first in front
    std::vector<QDockWidget*> docks_;
    QByteArray defaultLayout_;
    std::vector<QDockWidget*> hiddenForWelcome_;
    bool layoutRestored_ = false;
};

}  // namespace qs::app
