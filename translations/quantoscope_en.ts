<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>qs::LayerPanel</name>
        <message numerus="yes">
            <source>%n layer(s)</source>
            <translation>
                <numerusform>%n layer</numerusform>
                <numerusform>%n layers</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>, %n set to FP32</source>
            <translation>
                <numerusform>, %n set to FP32</numerusform>
                <numerusform>, %n set to FP32</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::SummaryPanel</name>
        <message numerus="yes">
            <source>%n sample(s) that could not be read</source>
            <translation>
                <numerusform>%n sample that could not be read</numerusform>
                <numerusform>%n samples that could not be read</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n more layer(s) selected</source>
            <translation>
                <numerusform>%n more layer selected</numerusform>
                <numerusform>%n more layers selected</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::TradeoffChart</name>
        <message numerus="yes">
            <source>%n layer(s) in FP32</source>
            <translation>
                <numerusform>%n layer in FP32</numerusform>
                <numerusform>%n layers in FP32</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::VariantTableModel</name>
        <message numerus="yes">
            <source>%1: speed-up %2, %n layer(s) in FP32</source>
            <translation>
                <numerusform>%1: speed-up %2, %n layer in FP32</numerusform>
                <numerusform>%1: speed-up %2, %n layers in FP32</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>qs::app::MainWindow</name>
        <message numerus="yes">
            <source>%1
ISA %2, %n core(s)</source>
            <translation>
                <numerusform>%1
ISA %2, %n core</numerusform>
                <numerusform>%1
ISA %2, %n cores</numerusform>
            </translation>
        </message>
    </context>
</TS>
