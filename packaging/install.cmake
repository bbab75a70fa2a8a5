# `cmake --install` and the Debian package (`cpack` in a build folder). Samples go where data/resources.h looks.
include(GNUInstallDirs)

set(app_id org.quantoscope.Quantoscope)
set(samples ${PROJECT_SOURCE_DIR}/resources/samples)

install(TARGETS qscope RUNTIME)
install(DIRECTORY ${samples}/ DESTINATION ${CMAKE_INSTALL_DATADIR}/quantoscope/samples PATTERN *.py EXCLUDE)
if(TARGET quantoscope)
    install(TARGETS quantoscope RUNTIME)
    install(FILES packaging/${app_id}.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES packaging/${app_id}.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
    install(FILES packaging/${app_id}.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME quantoscope)
set(CPACK_PACKAGE_CONTACT "The Quantoscope developers <quantoscope@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Workbench for quantizing neural networks")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# BLAS without it is the slow reference one.
set(CPACK_DEBIAN_PACKAGE_DEPENDS libopenblas0-pthread)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS dataset-fashion-mnist)
include(CPack)
