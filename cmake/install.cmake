# What "cmake --install" puts where, and the target "uninstall".
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/ddblock)
install(TARGETS ddblock EXPORT ddblock-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT ddblock-targets NAMESPACE ddblock:: DESTINATION ${package})
install(FILES ${DDBLOCK_ARCHIVE} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ddblock DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(TARGETS ddblock_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# Relative to the file, so that the whole can be moved.
file(RELATIVE_PATH DDBLOCK_PREFIX_FROM_PC ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
                                          ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/ddblock.pc.in ddblock.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ddblock.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
configure_package_config_file(cmake/ddblock-config.cmake.in ddblock-config.cmake
    INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(ddblock-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ddblock-config.cmake
              ${PROJECT_BINARY_DIR}/ddblock-config-version.cmake DESTINATION ${package})

# A page is named for its section: ddblock.7 goes to man7.
file(GLOB pages CONFIGURE_DEPENDS man/*.[1-8])
foreach(page ${pages})
    string(REGEX REPLACE ".*[.]" "" section ${page})
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
# In the folders that they have here, so that the links between them lead somewhere.
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs examples templates DESTINATION ${CMAKE_INSTALL_DOCDIR}
        PATTERN CMakeLists.txt EXCLUDE PATTERN *.bats EXCLUDE)
if(EXISTS ${PROJECT_SOURCE_DIR}/completions)
    install(FILES completions/ddblock.bash RENAME ddblock
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    install(FILES completions/_ddblock
            DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
    install(FILES completions/ddblock.fish
            DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

configure_file(cmake/uninstall.cmake.in uninstall.cmake @ONLY)
add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -P ${PROJECT_BINARY_DIR}/uninstall.cmake)
